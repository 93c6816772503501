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

use super::problem::Problem;
use super::{cookies, form_token};
use crate::model::code::Code;
use crate::model::public_url::PublicUrl;
use crate::model::secret::{Secret, equal};

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
    sent_here(request, public_url, sent, form_token::of_form).map_err(|code| {
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
    sent_here(request, public_url, sent, |browser| form_token::of_api(browser, actor)).map(drop)
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
        let sent = form_token::of_api(&mine, "ann");
        assert_eq!(check_api(&request, &url, &sent, "ann"), Ok(()));
        // Somebody else signed in in the same browser since, and a form's value is none of the API.
        for (sent, actor) in
            [(&sent, "bob"), (&form_token::of_form(&mine), "ann"), (&String::new(), "ann")]
        {
            assert_eq!(check_api(&request, &url, sent, actor), Err(Code::BrowserMismatch));
        }
    }

    #[test]
    fn only_our_own_pages_in_the_same_browser() {
        let url = PublicUrl::parse("http://localhost:8080").unwrap();
        let (mine, other) = ("a".repeat(43), "b".repeat(43));
        let good = form_token::of_form(&Secret::new(mine.clone()));
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
