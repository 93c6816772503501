#![no_main]
//! Run with `tests/fuzz`.

#[path = "../drive/saml_metadata.rs"]
mod drive;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    drive::read(data);
});
