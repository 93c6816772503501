#![no_main]
//! Run with `tests/fuzz`.

#[path = "../drive/request.rs"]
mod drive;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    drive::read(data);
});
