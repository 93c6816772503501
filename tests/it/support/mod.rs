//! What several tests need.

pub mod api;
pub mod admin;
pub mod forge;
pub mod openid;
pub mod scene;
pub mod tenant;
