//! Sending the person to sign out at the provider (OpenID Connect RP-Initiated Logout 1.0).
//!
//! No `id_token_hint` travels along: it would have to be kept for as long as each session
//! lasts, and it stands in the address. `client_id` says who asks (section 2); a provider that
//! insists on the hint shows a page of its own, and its connection is better set to `never`.

use url::Url;

/// The address of the provider's sign-out. `None` when its endpoint is no address.
pub fn address(
    end_session_endpoint: &str,
    client_id: &str,
    post_logout_redirect_uri: &str,
    state: &str,
) -> Option<String> {
    let mut address = Url::parse(end_session_endpoint).ok()?;
    address
        .query_pairs_mut()
        .append_pair("client_id", client_id)
        .append_pair("post_logout_redirect_uri", post_logout_redirect_uri)
        .append_pair("state", state);
    Some(address.into())
}
