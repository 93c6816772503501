//! What every fuzzing input and every seed is put through. Shared by the fuzz targets and by
//! ordinary tests (`tests/it/seeds.rs`). Nothing may panic, and what is asserted holds for
//! every input there is.

pub mod certificate;
pub mod request;
pub mod saml_metadata;
pub mod saml_response;
pub mod token;
