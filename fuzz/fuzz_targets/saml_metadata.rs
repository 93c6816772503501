#![no_main]
//! Run with `cargo +nightly fuzz run saml_metadata fuzz/corpus/saml_metadata fuzz/seeds/saml_metadata`.

#[allow(dead_code, reason = "each target uses its half")]
#[path = "../drive.rs"]
mod drive;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    drive::read_metadata(data);
});
