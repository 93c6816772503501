//! What several tests need.

pub mod forge;
pub mod scene;
