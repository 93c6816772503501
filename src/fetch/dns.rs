//! Looks for the record that proves a domain.
//!
//! Asks the system's name servers, or those of `--dns-server`, past the hosts file, the search
//! list and any cache of ours: what counts is what the domain publishes now.

use std::net::SocketAddr;
use std::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{
    ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts,
};
use hickory_resolver::lookup::Lookup;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::{Name, RData, RecordType};

use crate::model::domain::finding::{Failure, Finding};

/// One question to one name server, in seconds.
const QUESTION: Duration = Duration::from_secs(2);
/// Everything one record is looked for with.
const TOTAL: Duration = Duration::from_secs(5);

/// Looks records up. An answer is at most what DNS can carry, 64 KiB.
pub struct Dns(Option<TokioResolver>);

impl Dns {
    /// Asks `servers`; the system's when there are none. Where there are none either, every
    /// lookup fails, which must not keep the server from starting.
    pub fn new(servers: &[SocketAddr]) -> Self {
        let mut builder = if servers.is_empty() {
            let Ok(builder) = TokioResolver::builder_tokio() else { return Self(None) };
            builder
        } else {
            let servers = servers.iter().map(|address| server(*address)).collect();
            let config = ResolverConfig::from_name_servers(servers);
            TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
        };
        set(builder.options_mut());
        Self(builder.build().ok())
    }

    /// Looks for the text `wanted` in a TXT record at exactly `name`.
    pub async fn look_for(&self, name: &str, wanted: &str) -> Finding {
        let (Some(resolver), Ok(mut name)) = (&self.0, Name::from_ascii(name)) else {
            return Finding::Failed(Failure::Unreachable);
        };
        // Else the search list of the machine would be tried behind it.
        name.set_fqdn(true);
        match tokio::time::timeout(TOTAL, resolver.lookup(name.clone(), RecordType::TXT)).await {
            Err(_elapsed) => Finding::Failed(Failure::TimedOut),
            Ok(Ok(lookup)) => found(&lookup, &name, wanted.as_bytes()),
            Ok(Err(error)) => not_found(&error),
        }
    }
}

fn server(address: SocketAddr) -> NameServerConfig {
    let mut server = NameServerConfig::udp_and_tcp(address.ip());
    for connection in &mut server.connections {
        let ConnectionConfig { port, .. } = connection;
        *port = address.port();
    }
    server
}

fn set(options: &mut ResolverOpts) {
    options.use_hosts_file = ResolveHosts::Never;
    options.cache_size = 0;
    options.timeout = QUESTION;
    options.attempts = 1;
    options.preserve_intermediates = true;
    // An answer that somebody slipped in would prove a domain to whoever asked for the check:
    // it has to guess the capitals of the question, too.
    options.case_randomization = true;
}

/// Only what stands at the name itself counts: an alias leads into somebody else's zone.
fn found(lookup: &Lookup, name: &Name, wanted: &[u8]) -> Finding {
    if lookup.message().truncation {
        return Finding::Failed(Failure::Unclear);
    }
    let own = || lookup.answers().iter().filter(|record| record.name == *name);
    // The parts of a record are one text (RFC 7208 section 3.3 says it for all alike).
    let texts: Vec<Vec<u8>> = own()
        .filter_map(|record| match &record.data {
            RData::TXT(text) => Some(text.txt_data.concat()),
            _ => None,
        })
        .collect();
    if texts.iter().any(|text| text.trim_ascii() == wanted) {
        return Finding::Found;
    }
    if !texts.is_empty() {
        return Finding::different(texts.iter().map(Vec::as_slice));
    }
    if lookup.answers().iter().any(|record| record.record_type() == RecordType::CNAME) {
        return Finding::Alias;
    }
    Finding::Failed(Failure::Unclear)
}

fn not_found(error: &NetError) -> Finding {
    match error {
        // With the zone's SOA record it is the zone's word (RFC 2308 section 2); without, some
        // server on the way did not know.
        NetError::Dns(DnsError::NoRecordsFound(none)) => match none.response_code {
            ResponseCode::NXDomain | ResponseCode::NoError if none.soa.is_some() => Finding::Absent,
            ResponseCode::NXDomain | ResponseCode::NoError => Finding::Failed(Failure::Unclear),
            _ => Finding::Failed(Failure::ServerFailed),
        },
        NetError::Dns(_) => Finding::Failed(Failure::ServerFailed),
        NetError::Timeout => Finding::Failed(Failure::TimedOut),
        NetError::Io(_) | NetError::NoConnections | NetError::Busy => {
            Finding::Failed(Failure::Unreachable)
        }
        _ => Finding::Failed(Failure::Unclear),
    }
}
