//! Names to addresses, in Rust, because a static binary cannot load the C library's
//! plug-ins. Reads `/etc/hosts` and `/etc/resolv.conf`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{LookupIpStrategy, ResolveHosts, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::guard::Policy;

/// Looks names up.
#[derive(Clone)]
pub(super) struct Lookup(Arc<TokioResolver>);

/// Why a name gave no address that may be called. Travels through the HTTP client's error
/// chain and is found again there.
#[derive(Debug, Clone, Copy, thiserror::Error)]
pub(super) enum LookupError {
    #[error("name not found")]
    NotFound,
    #[error("address refused")]
    Refused(IpAddr),
}

impl Lookup {
    pub(super) fn new() -> Option<Self> {
        // Without a readable resolv.conf names in the hosts file still work.
        let mut builder = TokioResolver::builder_tokio().unwrap_or_else(|_| {
            TokioResolver::builder_with_config(
                ResolverConfig::default(),
                TokioRuntimeProvider::default(),
            )
        });
        let options = builder.options_mut();
        options.ip_strategy = LookupIpStrategy::Ipv4AndIpv6;
        options.use_hosts_file = ResolveHosts::Always;
        options.timeout = options.timeout.min(Duration::from_secs(2));
        options.attempts = options.attempts.min(2);
        builder.build().ok().map(|resolver| Self(Arc::new(resolver)))
    }

    async fn addresses(&self, name: &str) -> Result<Vec<IpAddr>, LookupError> {
        let bare = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
        // RFC 6761 section 6.3: never asked of anybody else.
        if bare == "localhost" || bare.ends_with(".localhost") {
            return Ok(vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]);
        }
        match self.0.lookup_ip(name).await {
            Ok(found) => Ok(found.iter().take(16).collect()),
            Err(_) => Err(LookupError::NotFound),
        }
    }
}

/// A lookup that gives out only addresses the policy admits.
pub(super) struct Guarded {
    pub lookup: Lookup,
    pub policy: Policy,
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let (lookup, policy) = (self.lookup.clone(), self.policy);
        Box::pin(async move {
            let all = lookup.addresses(name.as_str()).await?;
            let refused = all.iter().copied().find(|address| !policy.admits(*address));
            let admitted: Vec<SocketAddr> = all
                .into_iter()
                .filter(|address| policy.admits(*address))
                .map(|address| SocketAddr::new(address, 0))
                .collect();
            if admitted.is_empty() {
                return Err(refused.map_or(LookupError::NotFound, LookupError::Refused).into());
            }
            Ok(Box::new(admitted.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
#[path = "resolver_tests.rs"]
mod tests;
