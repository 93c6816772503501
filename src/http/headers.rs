//! The security headers of every answer, and the content policy of a page.
//!
//! `form-action` deserves a word. Chromium applies it to the *redirects* after a form was
//! sent, too. A form of ours whose answer leads to an identity provider or to an app (sign-in,
//! choice, owner's door), and a form that posts to one of them (which redirects as it likes,
//! often to another of its hosts), would be cut off there by any list we could write: an app's
//! address may even have a scheme of its own. So a page says where its forms lead:
//!
//! - [`Forms::Stay`]: the answer stays with us. `form-action 'self'`.
//! - [`Forms::Leave`]: the answer leads to addresses that are known only after it was sent.
//!   No `form-action`. What it would guard against is an injected form; every value in a page
//!   is escaped by the template, no script runs there, and the page holds no secret but its own
//!   CSRF token.
//! - [`Forms::Post`]: the form goes to one address outside. Web schemes only, so that
//!   nothing else (`javascript:`, `data:`) is ever a target.

use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};

/// Where the forms of a page lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forms {
    /// To an answer of our own.
    Stay,
    /// Through us to an address outside.
    Leave,
    /// Straight to an address outside; plain http when the target is.
    Post {
        /// Whether the target is reached over https.
        secure: bool,
    },
}

/// The content policy of a page.
pub(super) fn content_policy(forms: Forms, script: bool) -> String {
    let mut policy = String::from(
        "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'",
    );
    if script {
        policy.push_str("; script-src 'self'");
    }
    policy.push_str(match forms {
        Forms::Stay => "; form-action 'self'",
        Forms::Leave => "",
        Forms::Post { secure: true } => "; form-action https:",
        Forms::Post { secure: false } => "; form-action https: http:",
    });
    policy
}

/// `Cross-Origin-Opener-Policy`: cut from whoever opened the window; but an app may show the
/// sign-in pages in a window of its own and wait there for the answer, which the strict value
/// would break for ever.
pub(super) const fn opener_policy(forms: Forms) -> &'static str {
    match forms {
        Forms::Stay => "same-origin",
        Forms::Leave | Forms::Post { .. } => "unsafe-none",
    }
}

/// Adds to an answer what it did not set itself.
pub(super) fn complete(headers: &mut HeaderMap, secure: bool) {
    let defaults: [(HeaderName, &'static str); 8] = [
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (
            header::PERMISSIONS_POLICY,
            "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), payment=(), usb=()",
        ),
        (header::CROSS_ORIGIN_OPENER_POLICY, "same-origin"),
        (header::CROSS_ORIGIN_RESOURCE_POLICY, "same-origin"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    for (name, value) in defaults {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    if secure {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000"),
        );
    }
}
