//! What a flow is given of the visitor, and what it answers. No HTTP in it.

use std::net::IpAddr;

use super::brought::Brought;
use crate::broker::question::{Account, Question};
use crate::model::answers::Blank;
use crate::model::attempt::Reference;
use crate::model::check::Check;
use crate::model::code::Code;
use crate::model::evidence::Evidence;
use crate::model::id::{ConnectionId, OrganizationId, UserId};
use crate::model::rng::Rng;
use crate::model::secret::{Digest, Secret, random_token};
use crate::model::tested::Report;
use crate::store::StoreError;

/// Where the visitor comes from, and what their browser brought along.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// The address the request came from.
    pub address: IpAddr,
    /// The binding cookies: the browser's own first, then those of tabs that were opened at
    /// the same moment, before the browser had one.
    pub browsers: Vec<Secret<String>>,
    /// The session cookie.
    pub session: Option<Secret<String>>,
    /// The visitor signed out here last: the next sign-in asks for proof again.
    pub signed_out: bool,
}

impl Visitor {
    /// The digest of the session cookie.
    pub fn session_digest(&self) -> Option<Digest> {
        self.session.as_ref().map(|cookie| Digest::of_ordered(cookie.expose()))
    }

    /// The digests of the binding cookies.
    pub fn browser_digests(&self) -> Vec<Digest> {
        self.browsers.iter().map(|cookie| Digest::of(cookie.expose().as_bytes())).collect()
    }

    /// The binding cookie, or a new one which the answer then has to set.
    pub(super) fn bind(&self, rng: &dyn Rng) -> (Digest, Option<Secret<String>>) {
        match self.browsers.first() {
            Some(cookie) => (Digest::of(cookie.expose().as_bytes()), None),
            None => {
                let cookie = random_token(rng);
                (Digest::of(cookie.expose().as_bytes()), Some(cookie))
            }
        }
    }
}

/// What the visitor sees next.
#[derive(Debug)]
pub enum Reply {
    /// Another address.
    Redirect(String),
    /// A form that posts itself, with a button for those without script.
    Form {
        /// Where it goes.
        action: String,
        /// Its hidden fields.
        fields: Vec<(String, String)>,
    },
    /// A page of ours.
    Page(Page),
}

/// A page of ours.
#[derive(Debug)]
pub enum Page {
    /// Asks for an e-mail address or company domain.
    Ask {
        /// The attempt it belongs to; none for somebody who came by themselves.
        handle: Option<Secret<String>>,
        /// The app that sent the visitor here.
        app: Option<String>,
        /// What was typed before.
        typed: String,
        /// Whether nothing was found for what was typed.
        not_found: bool,
    },
    /// Offers several connections.
    Choose {
        /// The attempt it belongs to.
        handle: Secret<String>,
        /// The app that sent the visitor here.
        app: Option<String>,
        /// What is offered.
        connections: Vec<(ConnectionId, String)>,
    },
    /// Asks for a password, with an organization's own ways in beside.
    Password(Box<Password>),
    /// Asks whether whoever is signed in gives way to somebody else.
    Replace {
        /// What the answer must bring along.
        brought: Brought,
        /// Who gives way to whom.
        question: Box<Question>,
    },
    /// Asks for what the organization wants to know of somebody new.
    Profile {
        /// What the answer must bring along.
        brought: Brought,
        /// What is asked for.
        blanks: Box<Blanks>,
    },
    /// Asks whether the person is who a provider says that nobody asked.
    Arrive {
        /// What the answer must bring along.
        brought: Brought,
        /// Who they would be.
        account: Account,
    },
    /// Says why nobody got in.
    Refused(Refused),
    /// Says what a test found out.
    Report(Box<Passed>),
}

/// The page that asks for a password. What it shows depends on the organization, never on
/// whether anybody has the address.
#[derive(Debug)]
pub struct Password {
    /// The attempt it belongs to; none for somebody who came by themselves.
    pub handle: Option<Secret<String>>,
    /// The app that sent the visitor here.
    pub app: Option<String>,
    /// The organization whose page it is; none at the general page.
    pub organization: Option<OrganizationId>,
    /// The name of the organization whose people are asked, where that is known.
    pub name: Option<String>,
    /// The ways in of that organization.
    pub connections: Vec<(ConnectionId, String)>,
    /// What was typed as e-mail address.
    pub email: String,
    /// What came of the last try.
    pub said: Said,
}

/// What came of a try to sign in with a password, as the page says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// There was none.
    Nothing,
    /// Nobody got in. One word for every reason.
    Refused,
    /// Not now.
    Wait {
        /// For so long.
        seconds: i64,
    },
    /// Not with a password: the organization's provider is the only way in.
    SsoRequired,
}

/// What the organization wants to know of somebody before they are let in.
#[derive(Debug)]
pub struct Blanks {
    /// The fields.
    pub fields: Vec<Blank>,
    /// Who gives way to them, by their word a moment ago.
    pub instead_of: Option<UserId>,
}

/// A report, for the eyes of whoever ran the test.
#[derive(Debug)]
pub struct Passed {
    /// What to quote.
    pub reference: Reference,
    /// The connection's name.
    pub connection: String,
    /// The organization's name.
    pub organization: String,
    /// What was found out.
    pub report: Report,
    /// What the provider said, and what was made of it.
    pub evidence: Evidence,
    /// What was noticed.
    pub notices: Vec<Check>,
}

/// Why nobody got in, as far as the visitor may know.
#[derive(Debug)]
pub struct Refused {
    /// Why.
    pub code: Code,
    /// What to quote.
    pub reference: Option<Reference>,
    /// The attempt that can be started again.
    pub again: Option<Secret<String>>,
    /// Whether it was a test: nobody wanted to get in.
    pub test: bool,
}

/// A reply with the cookies that go with it.
#[derive(Debug)]
pub struct Answer {
    /// What the visitor sees next.
    pub reply: Reply,
    /// A new binding cookie.
    pub browser: Option<Secret<String>>,
    /// A new session cookie.
    pub session: Option<Secret<String>>,
    /// The attempt it is about, for the log.
    pub reference: Option<Reference>,
}

impl Answer {
    /// A reply without cookies.
    pub const fn of(reply: Reply) -> Self {
        Self { reply, browser: None, session: None, reference: None }
    }

    /// A refusal.
    pub fn refused(
        code: Code,
        reference: Option<Reference>,
        again: Option<Secret<String>>,
    ) -> Self {
        let page =
            Page::Refused(Refused { code, reference: reference.clone(), again, test: false });
        Self { reference, ..Self::of(Reply::Page(page)) }
    }

    /// A test that did not pass.
    pub fn test_failed(code: Code, reference: Option<Reference>) -> Self {
        let refused = Refused { code, reference: reference.clone(), again: None, test: true };
        Self { reference, ..Self::of(Reply::Page(Page::Refused(refused))) }
    }
}

/// A flow could not be finished for reasons of our own.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct FlowError(pub Code);

impl From<StoreError> for FlowError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy => Self(Code::Busy),
            error => {
                tracing::error!(%error, "a step of a sign-in failed in the store");
                Self(Code::Internal)
            }
        }
    }
}
