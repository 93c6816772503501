//! Why an address could not be fetched. The texts name hosts, never paths, queries or
//! secrets: they stand in traces.

use std::net::IpAddr;

use crate::model::code::Code;

/// What went wrong on the way to an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The name has no address.
    Dns,
    /// Nobody took the connection, or it broke.
    Connect,
    /// The certificate or the handshake.
    Tls,
    /// It took too long.
    Timeout,
    /// What came back was not HTTP.
    Protocol,
    /// This machine has no list of certificate authorities.
    NoAuthorities,
}

impl Trouble {
    /// The trouble in words that follow a host's name.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Dns => "its name was not found",
            Self::Connect => "the connection was refused or broke off",
            Self::Tls => "its TLS certificate or handshake was not accepted",
            Self::Timeout => "it took too long to answer",
            Self::Protocol => "what it answered was not HTTP",
            Self::NoAuthorities => {
                "this machine has no list of certificate authorities (package ca-certificates)"
            }
        }
    }
}

/// Why an address could not be fetched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// Not an absolute http(s) address, or one with a user name in it.
    #[error("not an absolute https address")]
    Address,
    /// Plain http where https is required.
    #[error(
        "{host} is not called over plain http: give its https address; only a private one is called so, by a server started with --allow-private-idps"
    )]
    Insecure {
        /// Host and port.
        host: String,
    },
    /// The host's addresses may not be called. The text does not name them: whoever may set
    /// up a connection need not learn what is in the network around us.
    #[error(
        "{host} is at an address that may not be called: private ones only by a server started with --allow-private-idps"
    )]
    Refused {
        /// Host and port.
        host: String,
        /// One of the refused addresses.
        address: IpAddr,
    },
    /// No answer.
    #[error("{host} could not be reached: {}", kind.words())]
    Unreachable {
        /// Host and port.
        host: String,
        /// What went wrong.
        kind: Trouble,
    },
    /// The answer was longer than allowed.
    #[error("the answer of {host} is longer than {limit} bytes")]
    TooLarge {
        /// Host and port.
        host: String,
        /// The most that was allowed.
        limit: usize,
    },
    /// The answer was a redirect that is not followed.
    #[error("{host} redirects to {to}, which is not followed")]
    Redirect {
        /// Host and port.
        host: String,
        /// Origin of the target.
        to: String,
    },
    /// The client itself could not be built.
    #[error("the outgoing HTTP client could not be set up")]
    Setup,
}

impl FetchError {
    /// The reason code of a refusal because of it.
    pub const fn code(&self) -> Code {
        match self {
            Self::Refused { .. } | Self::Insecure { .. } => Code::UpstreamAddressRefused,
            Self::Unreachable { .. } => Code::UpstreamUnreachable,
            Self::Address | Self::TooLarge { .. } | Self::Redirect { .. } => Code::UpstreamAnswer,
            Self::Setup => Code::Internal,
        }
    }
}
