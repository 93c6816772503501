//! What leads a browser to the last step of a sign-in.

use crate::hub::Hub;
use crate::model::secret::{Digest, Secret};

/// What the address of the last step carries, and the page that asks there.
#[derive(Debug, Clone)]
pub struct Brought {
    /// The attempt's handle.
    pub handle: Secret<String>,
    /// What only the browser that brought the provider's answer was told.
    pub ticket: Secret<String>,
}

impl Brought {
    /// The address of the last step.
    pub(super) fn address(&self, hub: &Hub) -> String {
        let (handle, ticket) = (self.handle.expose(), self.ticket.expose());
        hub.config.public_url.at(&format!("/login/finish?attempt={handle}&ticket={ticket}"))
    }

    /// The address where a browser comes for what nobody asked for.
    pub(super) fn arrival(&self, hub: &Hub) -> String {
        let (handle, ticket) = (self.handle.expose(), self.ticket.expose());
        hub.config.public_url.at(&format!("/login/arrive?attempt={handle}&ticket={ticket}"))
    }

    /// The same address, once more: the browser shows the cookies it has by now.
    pub(super) fn round(&self, hub: &Hub) -> String {
        format!("{}&round={}", self.address(hub), hub.arrivals.round(&self.digest()))
    }

    pub(super) fn digest(&self) -> Digest {
        Digest::of(self.ticket.expose().as_bytes())
    }
}
