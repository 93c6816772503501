//! What a page of ours sends along, so that [`super::csrf`] knows it again: digests of the
//! browser's binding cookie. No state is kept for them.

use std::fmt::Write as _;

use crate::model::secret::{Digest, Secret};

/// The value of the hidden field for a browser.
pub fn of_form(browser: &Secret<String>) -> String {
    hex(Digest::of(format!("doorward form\n{}", browser.expose()).as_bytes()))
}

/// What a page that calls the API sends along, for a browser and whoever works in it: what one
/// person left open there writes nothing in the name of the next.
pub fn of_api(browser: &Secret<String>, actor: &str) -> String {
    hex(Digest::of(format!("doorward api\n{actor}\n{}", browser.expose()).as_bytes()))
}

fn hex(digest: Digest) -> String {
    digest.as_bytes().iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a String cannot fail.
        let _written = write!(text, "{byte:02x}");
        text
    })
}
