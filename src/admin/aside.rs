//! Work of administrators that may take a core for a good part of a second: it stands in the
//! line of the large messages of visitors, and never on the workers that answer everybody.

use std::net::{IpAddr, Ipv4Addr};

use super::error::AdminError;
use crate::hub::{Hub, Undone};
use crate::store::StoreError;

/// Administrators stand in line as one neighbour, with the few places of one: an address that
/// no visitor comes from (RFC 5737), so that they take no place of a reverse proxy's.
const NEIGHBOUR: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

/// What `work` comes to, once it is its turn.
///
/// # Errors
/// `Busy` when the line is full.
pub(super) async fn aside<T: Send + 'static>(
    hub: &Hub,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, AdminError> {
    let worked = hub.judging.aside(NEIGHBOUR, work).await;
    Ok(worked.map_err(|undone| match undone {
        Undone::Full => StoreError::Busy,
        Undone::Panicked => StoreError::Closed,
    })?)
}
