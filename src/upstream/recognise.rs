//! What an administrator pasted or uploaded: what it is, whose, what was read from it, what is
//! missing, what is wrong with it, and the draft that comes of it.
//!
//! Owns: telling kinds apart, and the words for what is close to right but wrong. Pure: where
//! an address has to be asked, [`Found::ask`] says so, and [`answered`] reads the answer.
//! Does not own: asking, keeping, or who may be told. Nothing read here is trusted: it fills
//! a draft, which is checked like any other.

mod address;
mod answer;
mod around;
mod certificate;
mod document;
mod draft;
mod entra;
mod found;
mod google;
mod input;
mod json;
mod kind;
mod okta;
mod products;
mod reading;
mod short;
#[cfg(test)]
mod tests;
mod wrong;

pub use answer::{answered, is_open, unanswered};
pub use around::Around;
pub use draft::Draft;
pub use found::{Ask, Facts, Found};
pub use input::{MAX_BYTES, file, recognise};
pub use kind::Kind;
pub use wrong::{Mistake, Wrong};
