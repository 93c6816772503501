//! The client: https only (plain http for private addresses where those are allowed),
//! bounded time, bounded size, redirects only within one origin, no proxies.

use std::error::Error as _;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue, LOCATION};
use reqwest::{Method, RequestBuilder, Response};
use url::{Host, Url, form_urlencoded};

use super::error::{FetchError, Trouble};
use super::guard::Policy;
use super::resolver::{Guarded, Lookup, LookupError};
use crate::model::secret::Secret;

const TOTAL: Duration = Duration::from_secs(10);
const CONNECT: Duration = Duration::from_secs(5);
const REDIRECTS: usize = 3;
const AGENT: &str = concat!("Doorward/", env!("CARGO_PKG_VERSION"));

/// The only outgoing HTTP client. Cheap to clone.
#[derive(Clone)]
pub struct Fetch {
    /// `None` when this machine has no certificate authorities to check against.
    secure: Option<reqwest::Client>,
    secure_policy: Policy,
    /// For plain http; only where private addresses may be called.
    plain: Option<reqwest::Client>,
}

/// An answer, whatever its status.
#[derive(Debug, Clone)]
pub struct Fetched {
    /// HTTP status.
    pub status: u16,
    /// The `Content-Type` header as sent.
    pub content_type: Option<String>,
    /// The body, at most as long as was allowed.
    pub body: Vec<u8>,
}

impl Fetched {
    /// Whether the status is 200 to 299.
    pub const fn ok(&self) -> bool {
        self.status >= 200 && self.status < 300
    }

    /// The media type without parameters, in lower case.
    pub fn media_type(&self) -> String {
        let text = self.content_type.as_deref().unwrap_or_default();
        text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }
}

impl Fetch {
    /// Builds the client. `allow_private` lets it call private, loopback and link-local
    /// addresses, and those over plain http too.
    ///
    /// # Errors
    /// [`FetchError::Setup`] when the client cannot be built.
    pub fn new(allow_private: bool) -> Result<Self, FetchError> {
        let lookup = Lookup::new().ok_or(FetchError::Setup)?;
        let secure_policy = if allow_private { Policy::Any } else { Policy::Public };
        let secure =
            builder(Guarded { lookup: lookup.clone(), policy: secure_policy }).https_only(true);
        let plain = allow_private
            .then(|| {
                // Never used for TLS, so it needs no authorities.
                builder(Guarded { lookup, policy: Policy::PrivateOnly }).tls_certs_only([]).build()
            })
            .transpose()
            .map_err(|_| FetchError::Setup)?;
        // Fails where no certificate authorities are installed. That must not keep the
        // server from starting: it says so when an address is called.
        Ok(Self { secure: secure.build().ok(), secure_policy, plain })
    }

    /// Gets `url`, following up to three redirects within its origin.
    ///
    /// # Errors
    /// When there is no answer, or none that may be taken.
    pub async fn get(
        &self,
        url: &str,
        accept: &str,
        max_bytes: usize,
    ) -> Result<Fetched, FetchError> {
        let accept = HeaderValue::from_str(accept).map_err(|_| FetchError::Address)?;
        self.follow(url, max_bytes, |request| request.header(ACCEPT, accept.clone())).await
    }

    /// Gets `url` with a bearer token (RFC 6750 section 2.1).
    ///
    /// # Errors
    /// As [`Self::get`]; [`FetchError::Address`] when the token cannot stand in a header.
    pub async fn get_bearer(
        &self,
        url: &str,
        token: &Secret<String>,
        max_bytes: usize,
    ) -> Result<Fetched, FetchError> {
        let mut value = HeaderValue::from_str(&format!("Bearer {}", token.expose()))
            .map_err(|_| FetchError::Address)?;
        value.set_sensitive(true);
        self.follow(url, max_bytes, |request| {
            request.header(ACCEPT, "application/json").header(AUTHORIZATION, value.clone())
        })
        .await
    }

    /// Posts a form. `basic` is sent as RFC 6749 section 2.3.1 wants it: identifier and
    /// secret form-encoded first. No redirect is followed.
    ///
    /// # Errors
    /// As [`Self::get`]; any redirect is one.
    pub async fn post_form(
        &self,
        url: &str,
        fields: &[(String, String)],
        basic: Option<(&str, &Secret<String>)>,
        max_bytes: usize,
    ) -> Result<Fetched, FetchError> {
        let (url, client) = self.admit(url)?;
        let host = host_of(&url);
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let mut request = client
            .request(Method::POST, url.clone())
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body);
        if let Some((id, secret)) = basic {
            request = request.header(AUTHORIZATION, basic_header(id, secret)?);
        }
        bounded(&host, async {
            let response = send(request, &host).await?;
            match redirect_target(&url, &response) {
                Some(target) => Err(not_followed(&host, target.as_ref())),
                None => read(response, &host, max_bytes).await,
            }
        })
        .await
    }

    /// Posts a form to somebody whose answer is its status alone. Nothing of the body is
    /// read, and no redirect is followed.
    ///
    /// # Errors
    /// As [`Self::post_form`].
    pub async fn tell(&self, url: &str, fields: &[(&str, &str)]) -> Result<u16, FetchError> {
        let (url, client) = self.admit(url)?;
        let host = host_of(&url);
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = client
            .request(Method::POST, url.clone())
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body);
        let response = send(request, &host).await?;
        match redirect_target(&url, &response) {
            Some(target) => Err(not_followed(&host, target.as_ref())),
            None => Ok(response.status().as_u16()),
        }
    }

    async fn follow(
        &self,
        url: &str,
        max_bytes: usize,
        dress: impl Fn(RequestBuilder) -> RequestBuilder,
    ) -> Result<Fetched, FetchError> {
        let (mut url, client) = self.admit(url)?;
        let host = host_of(&url);
        bounded(&host, async {
            for _ in 0..=REDIRECTS {
                let response = send(dress(client.request(Method::GET, url.clone())), &host).await?;
                match redirect_target(&url, &response) {
                    None => return read(response, &host, max_bytes).await,
                    Some(Some(target)) if target.origin() == url.origin() => url = target,
                    Some(other) => return Err(not_followed(&host, other.as_ref())),
                }
            }
            Err(not_followed(&host, Some(&url)))
        })
        .await
    }

    /// Checks everything about an address that can be known before its name is looked up.
    fn admit(&self, text: &str) -> Result<(Url, &reqwest::Client), FetchError> {
        let mut url = Url::parse(text).map_err(|_| FetchError::Address)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(FetchError::Address);
        }
        url.set_fragment(None);
        let host = host_of(&url);
        let literal = match url.host() {
            Some(Host::Ipv4(address)) => Some(address.into()),
            Some(Host::Ipv6(address)) => Some(address.into()),
            Some(Host::Domain(name)) if !name.is_empty() => None,
            _ => return Err(FetchError::Address),
        };
        let (client, policy) = match url.scheme() {
            "https" => {
                let missing =
                    || FetchError::Unreachable { host: host.clone(), kind: Trouble::NoAuthorities };
                (self.secure.as_ref().ok_or_else(missing)?, self.secure_policy)
            }
            "http" => {
                let insecure = || FetchError::Insecure { host: host.clone() };
                (self.plain.as_ref().ok_or_else(insecure)?, Policy::PrivateOnly)
            }
            _ => return Err(FetchError::Address),
        };
        // The HTTP client does not ask the resolver about literal addresses.
        match literal {
            Some(address) if !policy.admits(address) => Err(refused(&url, host, address)),
            _ => Ok((url, client)),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that builds an HTTP client")]
fn builder(resolver: Guarded) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .dns_resolver(resolver)
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .connect_timeout(CONNECT)
        .timeout(TOTAL)
        .pool_max_idle_per_host(4)
        .pool_idle_timeout(Duration::from_secs(15))
        .user_agent(AGENT)
}

/// Host and port, for error texts.
fn host_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

fn basic_header(id: &str, secret: &Secret<String>) -> Result<HeaderValue, FetchError> {
    let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", encode(id), encode(secret.expose()));
    let mut value = HeaderValue::from_str(&format!("Basic {}", STANDARD.encode(pair)))
        .map_err(|_| FetchError::Address)?;
    value.set_sensitive(true);
    Ok(value)
}

fn refused(url: &Url, host: String, address: std::net::IpAddr) -> FetchError {
    if url.scheme() == "http" && Policy::Public.admits(address) {
        FetchError::Insecure { host }
    } else {
        FetchError::Refused { host, address }
    }
}

/// Limits the whole exchange, redirects included.
async fn bounded(
    host: &str,
    exchange: impl Future<Output = Result<Fetched, FetchError>>,
) -> Result<Fetched, FetchError> {
    tokio::time::timeout(TOTAL, exchange).await.unwrap_or_else(|_| {
        Err(FetchError::Unreachable { host: host.to_owned(), kind: Trouble::Timeout })
    })
}

async fn send(request: RequestBuilder, host: &str) -> Result<Response, FetchError> {
    request.send().await.map_err(|error| explain(&error, host))
}

/// Reads the body, giving up as soon as it is longer than allowed.
async fn read(mut response: Response, host: &str, limit: usize) -> Result<Fetched, FetchError> {
    let too_large = || FetchError::TooLarge { host: host.to_owned(), limit };
    let announced = response.content_length().unwrap_or(0);
    if usize::try_from(announced).map_or(true, |length| length > limit) {
        return Err(too_large());
    }
    let status = response.status().as_u16();
    let content_type = response
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned);
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| explain(&error, host))? {
        if body.len() + chunk.len() > limit {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Fetched { status, content_type, body })
}

/// `None`: not a redirect. `Some(None)`: one whose target cannot be read.
fn redirect_target(url: &Url, response: &Response) -> Option<Option<Url>> {
    matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308).then(|| {
        let location = response.headers().get(LOCATION)?.to_str().ok()?;
        url.join(location)
            .ok()
            .filter(|target| target.username().is_empty() && target.password().is_none())
    })
}

fn not_followed(host: &str, target: Option<&Url>) -> FetchError {
    let to = target.map_or_else(|| "nowhere".to_owned(), |t| t.origin().ascii_serialization());
    FetchError::Redirect { host: host.to_owned(), to }
}

/// Finds the cause in the client's chain of errors.
fn explain(error: &reqwest::Error, host: &str) -> FetchError {
    let unreachable = |kind| FetchError::Unreachable { host: host.to_owned(), kind };
    let mut cause: Option<&(dyn std::error::Error + 'static)> = error.source();
    let mut tls = false;
    for _ in 0..16 {
        let Some(link) = cause else { break };
        if let Some(lookup) = link.downcast_ref::<LookupError>() {
            let plain = error.url().filter(|url| url.scheme() == "http");
            return match *lookup {
                LookupError::NotFound => unreachable(Trouble::Dns),
                LookupError::Refused(address) => match plain {
                    Some(url) => refused(url, host.to_owned(), address),
                    None => FetchError::Refused { host: host.to_owned(), address },
                },
            };
        }
        // The TLS layer reports through I/O errors of this kind; an I/O error's `source`
        // steps over what it wraps.
        if let Some(io) = link.downcast_ref::<std::io::Error>() {
            tls |= io.kind() == std::io::ErrorKind::InvalidData;
            cause = io.get_ref().map(|inner| inner as &(dyn std::error::Error + 'static));
            continue;
        }
        cause = link.source();
    }
    if error.is_timeout() {
        unreachable(Trouble::Timeout)
    } else if tls {
        unreachable(Trouble::Tls)
    } else if error.is_connect() || error.is_body() {
        unreachable(Trouble::Connect)
    } else {
        unreachable(Trouble::Protocol)
    }
}

#[cfg(test)]
#[path = "client_tests.rs"]
mod tests;
