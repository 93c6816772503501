//! Refusals and failures become answers, in one place: a page for people, problem+json
//! (RFC 9457) for programs.

use std::fmt;

use actix_web::body::BoxBody;
use actix_web::http::header::{ACCEPT, CONTENT_TYPE, RETRY_AFTER};
use actix_web::http::{StatusCode, header::HeaderMap};
use actix_web::{HttpRequest, HttpResponse, ResponseError};

use super::pages::{self, Refused, Shell};
use crate::hub::Hub;
use crate::model::attempt::Reference;
use crate::model::code::{Code, Remedy};
use crate::model::time::Millis;
use crate::store::StoreError;

/// Why there is no other answer. A handler returns it as its error; it is drawn once, on
/// the way out, where the request is at hand.
#[derive(Debug, Clone)]
pub struct Problem {
    status: StatusCode,
    code: Option<Code>,
    reference: Option<Reference>,
    again: Option<Box<str>>,
    other_account: Option<Box<str>>,
    owner: Option<Box<str>>,
    retry_after: Option<u64>,
    words: Option<&'static Words>,
    test: bool,
}

/// What a page says instead of the words of its status.
#[derive(Debug)]
pub struct Words {
    /// What happened.
    pub sentence: &'static str,
    /// What to do.
    pub remedy: &'static str,
    /// What the button says.
    pub button: &'static str,
}

impl Problem {
    /// A refusal by reason code.
    pub const fn code(code: Code) -> Self {
        let mut problem = Self::status(status_of(code));
        problem.code = Some(code);
        if matches!(code, Code::Busy | Code::TooManySignIns) {
            problem.retry_after = Some(2);
        }
        problem
    }

    /// A failure that HTTP itself has a name for.
    pub const fn status(status: StatusCode) -> Self {
        Self {
            status,
            code: None,
            reference: None,
            again: None,
            other_account: None,
            owner: None,
            retry_after: None,
            words: None,
            test: false,
        }
    }

    /// With another status than the code's own.
    #[must_use]
    pub const fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// With the reference of the attempt's trace.
    #[must_use]
    pub fn reference(mut self, reference: Reference) -> Self {
        self.reference = Some(reference);
        self
    }

    /// With the address the button leads to; home when not given.
    #[must_use]
    pub fn again(mut self, href: String) -> Self {
        self.again = Some(href.into());
        self
    }

    /// With the address that starts again with another account.
    #[must_use]
    pub fn other_account(mut self, href: String) -> Self {
        self.other_account = Some(href.into());
        self
    }

    /// With the address of the owner's door.
    #[must_use]
    pub fn owner(mut self, href: String) -> Self {
        self.owner = Some(href.into());
        self
    }

    /// Of a test: nobody wanted to get in.
    #[must_use]
    pub const fn test(mut self) -> Self {
        self.test = true;
        self
    }

    /// In words of its own.
    #[must_use]
    pub const fn saying(mut self, words: &'static Words) -> Self {
        self.words = Some(words);
        self
    }

    /// The answer: a page when the request came from a browser's navigation.
    pub fn answer(&self, request: &HttpRequest, hub: &Hub) -> HttpResponse {
        let mut answer = if wants_json(request, hub) { self.json() } else { self.page(hub) };
        if let Some(seconds) = self.retry_after {
            answer.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        answer
    }

    fn json(&self) -> HttpResponse {
        let code = self.code.map_or("http_error", Code::as_str);
        let mut body = serde_json::json!({
            "type": "about:blank",
            "title": self.status.canonical_reason().unwrap_or("Error"),
            "status": self.status.as_u16(),
            "code": code,
            "detail": self.sentence(),
        });
        if let Some(reference) = &self.reference {
            body["reference"] = serde_json::Value::from(reference.0.clone());
        }
        HttpResponse::build(self.status)
            .insert_header((CONTENT_TYPE, "application/problem+json"))
            .body(body.to_string())
    }

    fn page(&self, hub: &Hub) -> HttpResponse {
        let shell = Shell::of(&hub.config.public_url);
        let home = format!("{}/", shell.base);
        let page = Refused {
            title: self.title().to_owned(),
            sentence: self.sentence().to_owned(),
            remedy: self.remedy().to_owned(),
            reference: self.reference.as_ref().map(|r| r.0.clone()),
            code: self.code.map(|c| c.as_str().to_owned()),
            time: to_the_minute(hub.now()),
            again_text: self.button().to_owned(),
            again: self.again.clone().map_or(home, String::from),
            other_account: self.other_account.clone().map(String::from),
            owner: self.owner.clone().map(String::from),
            test: self.test,
            shell,
        };
        pages::render(self.status, &page)
    }

    /// Never whether somebody is signed in: another sign-in of this browser may have worked.
    const fn title(&self) -> &'static str {
        match self.code {
            Some(Code::AttemptUsed) if self.test => "This test is over",
            Some(_) if self.test => "The test did not pass",
            Some(Code::AttemptUsed) => "This sign-in is over",
            Some(_) => "The sign-in did not work",
            None => "This did not work",
        }
    }

    const fn button(&self) -> &'static str {
        match (self.words, &self.again) {
            (Some(words), _) => words.button,
            (None, Some(_)) => "Try again",
            (None, None) => "Go to sign-in",
        }
    }

    fn sentence(&self) -> &'static str {
        if let Some(words) = self.words {
            return words.sentence;
        }
        match (self.code, self.status) {
            (Some(code), _) => code.sentence(),
            (None, StatusCode::NOT_FOUND) => "There is nothing at this address.",
            (None, StatusCode::METHOD_NOT_ALLOWED) => {
                "This address does not answer this kind of request."
            }
            (None, StatusCode::PAYLOAD_TOO_LARGE) => "More was sent than is accepted here.",
            (None, StatusCode::UNSUPPORTED_MEDIA_TYPE) => {
                "What was sent has another form than is accepted here."
            }
            (None, StatusCode::REQUEST_TIMEOUT) => "The request took too long.",
            (None, status) if status.is_client_error() => "The request could not be read.",
            _ => Code::Internal.sentence(),
        }
    }

    fn remedy(&self) -> &'static str {
        if let Some(words) = self.words {
            return words.remedy;
        }
        match (self.code, &self.reference) {
            // No button of the page leads to another one.
            (Some(code), _) if self.test && code.remedy() == Remedy::TryAgain => {
                "Ask whoever sent you the link for another one, and open it in one browser."
            }
            // A remedy that points at a reference needs one.
            (Some(code), Some(_)) => code.remedy().sentence(),
            (Some(code), None) if code.remedy() == Remedy::TryAgain => {
                "Press the button to start again."
            }
            (Some(_), None) => {
                "Start again; if it keeps happening, tell your IT team the time and what you tried."
            }
            (None, _) if self.status.is_server_error() => {
                "Try again in a minute; if it keeps happening, tell whoever runs this sign-in service."
            }
            (None, _) => "Check the address, or start again from the app you wanted to open.",
        }
    }
}

/// `2026-11-21 19:30 UTC`: together with the reference enough to find the trace.
fn to_the_minute(moment: Millis) -> String {
    let text = moment.rfc3339();
    text.get(..16).map_or_else(String::new, |minute| format!("{} UTC", minute.replace('T', " ")))
}

/// The HTTP status a reason code is answered with.
const fn status_of(code: Code) -> StatusCode {
    match code {
        Code::AttemptUnknown | Code::AttemptExpired | Code::AttemptUsed => StatusCode::BAD_REQUEST,
        Code::ConnectionUnknown => StatusCode::NOT_FOUND,
        Code::UpstreamUnreachable | Code::UpstreamAnswer => StatusCode::BAD_GATEWAY,
        Code::SamlTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Code::OwnerThrottled | Code::PasswordThrottled | Code::TooManySignIns => {
            StatusCode::TOO_MANY_REQUESTS
        }
        Code::Busy => StatusCode::SERVICE_UNAVAILABLE,
        Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::FORBIDDEN,
    }
}

/// Programs get JSON: everything below `/api/`, and whoever asks for JSON and not for HTML.
fn wants_json(request: &HttpRequest, hub: &Hub) -> bool {
    let path = request.path().strip_prefix(hub.config.public_url.path()).unwrap_or_default();
    let accept = |headers: &HeaderMap, what: &str| {
        headers.get(ACCEPT).and_then(|v| v.to_str().ok()).is_some_and(|v| v.contains(what))
    };
    path.starts_with("/api/")
        || (accept(request.headers(), "json") && !accept(request.headers(), "text/html"))
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code {
            Some(code) => write!(f, "{code}"),
            None => write!(f, "{}", self.status),
        }
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    /// Bare: the envelope draws it.
    fn error_response(&self) -> HttpResponse<BoxBody> {
        HttpResponse::new(self.status)
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy | StoreError::Closed => Self::code(Code::Busy),
            error => {
                tracing::error!(%error, "the store failed");
                Self::code(Code::Internal)
            }
        }
    }
}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        Self::code(code)
    }
}
