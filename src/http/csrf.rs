//! Whether a form was sent from a page of ours, in this browser.
//!
//! Two independent proofs are asked of every POST of a page:
//!
//! - a hidden field that only a page of ours could fill in: a digest of the browser's binding
//!   cookie. It needs no state, works in any number of tabs and survives a restart;
//! - what the browser says of where the request comes from (`Sec-Fetch-Site`, else `Origin`).
//!   This one also holds when a neighbouring host managed to plant a binding cookie.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::http::header::ORIGIN;

use super::cookies;
use super::problem::Problem;
use crate::model::code::Code;
use crate::model::public_url::PublicUrl;
use crate::model::secret::{Digest, Secret, equal};

/// The value of the hidden field for a browser.
pub fn token(browser: &Secret<String>) -> String {
    hex(Digest::of(format!("doorward form\n{}", browser.expose()).as_bytes()))
}

/// What a page that calls the API sends along, for a browser and whoever works in it: what one
/// person left open there writes nothing in the name of the next.
pub fn api_token(browser: &Secret<String>, actor: &str) -> String {
    hex(Digest::of(format!("doorward api\n{actor}\n{}", browser.expose()).as_bytes()))
}

fn hex(digest: Digest) -> String {
    use std::fmt::Write as _;
    digest.as_bytes().iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a String cannot fail.
        let _written = write!(text, "{byte:02x}");
        text
    })
}

/// Refuses a POST that a page of ours did not send.
///
/// # Errors
/// A refusal whose button leads to `again`, an address of ours.
pub fn check(
    request: &HttpRequest,
    public_url: &PublicUrl,
    sent: &str,
    again: &str,
) -> Result<Secret<String>, Problem> {
    sent_here(request, public_url, sent, token).map_err(|code| {
        Problem::code(code).with_status(StatusCode::FORBIDDEN).again(public_url.at(again))
    })
}

/// Refuses a write to the API that no page of ours sent for `actor`.
///
/// # Errors
/// Why not.
pub fn check_api(
    request: &HttpRequest,
    public_url: &PublicUrl,
    sent: &str,
    actor: &str,
) -> Result<(), Code> {
    sent_here(request, public_url, sent, |browser| api_token(browser, actor)).map(drop)
}

fn sent_here(
    request: &HttpRequest,
    public_url: &PublicUrl,
    sent: &str,
    token: impl Fn(&Secret<String>) -> String,
) -> Result<Secret<String>, Code> {
    if !from_here(request, public_url) {
        return Err(Code::BrowserMismatch);
    }
    let bindings = cookies::bindings(request, public_url);
    if bindings.is_empty() {
        return Err(Code::BrowserCookieMissing);
    }
    let sent_by = |browser: &Secret<String>| equal(token(browser).as_bytes(), sent.as_bytes());
    bindings.into_iter().find(sent_by).ok_or(Code::BrowserMismatch)
}

/// What the browser says of the page that sent the request. Silence passes: the hidden field
/// still has to be right. `Origin: null` is silence, because our own `no-referrer` makes it.
pub fn from_here(request: &HttpRequest, public_url: &PublicUrl) -> bool {
    let header = |name: &str| request.headers().get(name).map(|v| v.to_str().unwrap_or("?"));
    if let Some(site) = header("sec-fetch-site") {
        return site == "same-origin";
    }
    match header(ORIGIN.as_str()) {
        None | Some("null") => true,
        Some(origin) => origin == public_url.origin(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::cookie::Cookie;
    use actix_web::test::TestRequest;

    #[test]
    fn a_page_writes_for_whom_it_was_opened_alone() {
        let url = PublicUrl::parse("http://localhost:8080").unwrap();
        let mine = Secret::new("a".repeat(43));
        let request = TestRequest::post()
            .cookie(Cookie::new("doorward-browser", mine.expose().clone()))
            .to_http_request();
        let sent = api_token(&mine, "ann");
        assert_eq!(check_api(&request, &url, &sent, "ann"), Ok(()));
        // Somebody else signed in in the same browser since, and a form's value is none of the API.
        for (sent, actor) in [(&sent, "bob"), (&token(&mine), "ann"), (&String::new(), "ann")] {
            assert_eq!(check_api(&request, &url, sent, actor), Err(Code::BrowserMismatch));
        }
    }

    #[test]
    fn only_our_own_pages_in_the_same_browser() {
        let url = PublicUrl::parse("http://localhost:8080").unwrap();
        let (mine, other) = ("a".repeat(43), "b".repeat(43));
        let good = token(&Secret::new(mine.clone()));
        type Case<'c> = (&'c str, &'c [(&'c str, &'c str)], &'c str, bool);
        let cases: [Case<'_>; 12] = [
            (&mine, &[], &good, true),
            (&mine, &[("sec-fetch-site", "same-origin")], &good, true),
            (&mine, &[("origin", "http://localhost:8080")], &good, true),
            (&mine, &[("origin", "null")], &good, true),
            (&mine, &[("origin", "null"), ("sec-fetch-site", "cross-site")], &good, false),
            (&mine, &[("sec-fetch-site", "same-site")], &good, false),
            (&mine, &[("sec-fetch-site", "none")], &good, false),
            (&mine, &[("origin", "https://evil.example")], &good, false),
            (&mine, &[("origin", "http://localhost:8081")], &good, false),
            (&mine, &[("sec-fetch-site", "same-origin")], "", false),
            (&other, &[("sec-fetch-site", "same-origin")], &good, false),
            ("", &[("sec-fetch-site", "same-origin")], &good, false),
        ];
        for (cookie, headers, sent, accepted) in cases {
            let mut request =
                TestRequest::post().cookie(Cookie::new("doorward-browser", cookie.to_owned()));
            for header in headers {
                request = request.insert_header(*header);
            }
            let request = request.to_http_request();
            let verdict = check(&request, &url, sent, "/owner");
            assert_eq!(verdict.is_ok(), accepted, "{cookie:.1} {headers:?} {sent:.4}");
        }
    }
}
