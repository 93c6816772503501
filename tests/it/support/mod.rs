//! What several tests need.

pub mod admin;
pub mod authenticator;
pub mod disk;
pub mod dns;
pub mod door;
pub mod forge;
pub mod local;
pub mod openid;
pub mod owner;
pub mod receiver;
pub mod scene;
pub mod tenant;
pub mod testing;
