#![no_main]
//! Run with `cargo +nightly fuzz run saml_response fuzz/corpus/saml_response fuzz/seeds/saml_response`.

#[allow(dead_code, reason = "each target uses its half")]
#[path = "../drive.rs"]
mod drive;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    drive::read_response(data);
});
