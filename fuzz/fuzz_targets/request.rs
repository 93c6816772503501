#![no_main]
//! Run with `tests/fuzz`.

#[allow(dead_code, reason = "each target uses its part")]
#[path = "../drive/mod.rs"]
mod drive;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    drive::request::read(data);
});
