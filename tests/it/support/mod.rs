//! What several tests need.

pub mod forge;
pub mod openid;
pub mod scene;
pub mod tenant;
