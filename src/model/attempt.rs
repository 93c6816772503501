//! One try to sign in, and the states it passes through.

use serde::{Deserialize, Serialize};

use super::check::Checks;
use super::code::Code;
use super::connection::{Connection, SealedSecret};
use super::hop::{Hops, Station};
use super::id::{AppId, AttemptId, ConnectionId, OrganizationId, RevisionId, UserId};
pub use super::reference::Reference;
use super::rng::Rng;
use super::secret::{Digest, Secret, ordered_token};
use super::tested::TestOf;
use super::time::{MINUTE, Millis};
use super::user::Profile;
pub use super::wish::{Named, Wish};

/// An attempt that was not finished by then is refused.
pub const LIFETIME: i64 = 15 * MINUTE;

/// Answers from other browsers that an attempt survives.
pub const SPENT_LIMIT: usize = 5;

/// What the person wanted to get into.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// An app that sent them here.
    App(Box<AuthorizeRequest>),
    /// Doorward's own page, or the default app of the person's organization.
    Home,
    /// An app that is told to begin once the person is signed in here.
    Start(Box<Start>),
    /// Nothing: what this app asked was refused before anybody could sign in.
    Refused(AppId),
    /// A report on one exact configuration. Nobody gets in, whatever comes of it.
    Test(TestOf),
}

impl Purpose {
    /// The revision of `connection` that an attempt for this goes by: what is live, and for a
    /// test the one that is tried.
    pub fn revision(&self, connection: &Connection) -> Option<RevisionId> {
        match self {
            Self::Test(of) => (of.connection == connection.id).then(|| of.revision.clone()),
            Self::App(_) | Self::Home | Self::Start(_) | Self::Refused(_) => {
                connection.live.clone()
            }
        }
    }

    /// The app somebody wants to get into.
    pub const fn app(&self) -> Option<&AppId> {
        match self {
            Self::App(request) => Some(&request.app),
            Self::Start(start) => Some(&start.app),
            Self::Home | Self::Refused(_) | Self::Test(_) => None,
        }
    }

    /// Whether it is a test.
    pub const fn is_test(&self) -> bool {
        matches!(self, Self::Test(_))
    }
}

/// An app that begins a sign-in of its own when it is told to (OpenID Connect Core section 4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// The app.
    pub app: AppId,
    /// The place inside it the person wants to see: of the origin the app registered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
}

/// How the answer travels back to the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResponseMode {
    /// In the query of a redirect.
    Query,
    /// In a form the browser posts (OAuth 2.0 Form Post Response Mode).
    FormPost,
}

/// An app's authorization request after every check (OpenID Connect Core section 3.1.2.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizeRequest {
    /// Who asks.
    pub app: AppId,
    /// Where the answer goes: matched against the registered ones.
    pub redirect_uri: String,
    /// How it gets there.
    pub response_mode: ResponseMode,
    /// Scopes granted.
    pub scopes: Vec<String>,
    /// Opaque to us, given back unchanged.
    pub state: Option<String>,
    /// Opaque to us, goes into the ID token.
    pub nonce: Option<String>,
    /// PKCE challenge, method S256 (RFC 7636 section 4.2).
    pub code_challenge: String,
    /// The person must authenticate anew.
    pub force_login: bool,
    /// Oldest acceptable authentication, in seconds.
    pub max_age: Option<i64>,
    /// What else a session that is there already must satisfy.
    #[serde(default, skip_serializing_if = "Wish::is_none")]
    pub wish: Wish,
}

/// What we asked of whom, and so what the answer must match.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expected {
    /// Who was asked.
    pub connection: ConnectionId,
    /// With which configuration.
    pub revision: RevisionId,
    /// When.
    pub sent_at: Millis,
    /// What the answer must match, by protocol.
    pub answer: ExpectedAnswer,
}

/// What the answer must match, by protocol.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExpectedAnswer {
    /// A SAML response.
    Saml {
        /// The ID of our AuthnRequest.
        request_id: String,
        /// Whether the person had to authenticate anew.
        force_authn: bool,
    },
    /// Nothing was asked: a SAML response that comes by itself. No stored attempt expects one.
    Unasked,
    /// An authorization response.
    Oidc {
        /// Goes into the ID token.
        nonce: String,
        /// PKCE verifier, sealed.
        code_verifier: SealedSecret,
        /// Where the answer was asked to go.
        redirect_uri: String,
        /// Whether the person had to authenticate anew.
        #[serde(default)]
        force_login: bool,
    },
}

impl ExpectedAnswer {
    /// Whether the person had to authenticate anew.
    pub const fn anew(&self) -> bool {
        match self {
            Self::Saml { force_authn: anew, .. } | Self::Oidc { force_login: anew, .. } => *anew,
            Self::Unasked => false,
        }
    }
}

/// The verified identity in the form an attempt keeps between the provider's POST and the
/// same-site hop that checks the browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vouched {
    /// Who vouched.
    pub connection: ConnectionId,
    /// The revision of the connection their word was judged by; it counts while that one is live.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<RevisionId>,
    /// Whether nobody was asked; it counts while the connection takes such words.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unasked: bool,
    /// The lasting identity of the person there.
    pub subject: String,
    /// What was said of them.
    pub profile: Profile,
    /// When the provider says the person authenticated; our own time when it does not say.
    pub authenticated_at: Millis,
    /// Whether it says.
    #[serde(default)]
    pub says_when: bool,
    /// When the provider was sent the person to authenticate anew, if it was. That it did is
    /// checked where it says when they authenticated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_anew_at: Option<Millis>,
    /// The provider wants the session over by then.
    pub session_ends_at: Option<Millis>,
    /// The provider's ID token, sealed: shown to it when the person signs out there, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logout_hint: Option<SealedSecret>,
}

/// That somebody's password was right, in the form an attempt keeps while they are asked more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RightPassword {
    /// Whose it was.
    pub user: UserId,
    /// Digest of the hash it was compared with: once there is another, this proves nothing.
    pub hash: Digest,
    /// When it was typed.
    pub at: Millis,
}

/// Where an attempt stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// Nobody has been asked yet: the person is choosing.
    Choosing,
    /// A provider was asked.
    Awaiting {
        /// What was asked.
        expected: Expected,
        /// Digests of answers that another browser brought, at most [`SPENT_LIMIT`]: whoever
        /// has one of them now may have it from there.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        spent: Vec<Digest>,
    },
    /// A provider vouched; the browser has not been checked yet, or the person has not said
    /// yet whether to give up the session they have.
    Verified {
        /// Who it is.
        vouched: Box<Vouched>,
        /// Digest of what only the browser that brought the answer was told.
        ticket: Digest,
    },
    /// A password was right; the person has not told yet what their organization wants to know.
    Proved {
        /// Whose it was.
        password: Box<RightPassword>,
        /// Digest of what only the browser that typed it was told.
        ticket: Digest,
    },
    /// Somebody got in.
    Admitted,
    /// A test passed. Nobody got in.
    Tested {
        /// What it found out, sealed.
        report: SealedSecret,
    },
    /// Nobody got in.
    Refused {
        /// Why.
        code: Code,
    },
}

impl State {
    /// The stored name of the state.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Choosing => "choosing",
            Self::Awaiting { .. } => "awaiting",
            // Both wait for nothing but the person.
            Self::Verified { .. } | Self::Proved { .. } => "verified",
            Self::Admitted => "admitted",
            Self::Tested { .. } => "tested",
            Self::Refused { .. } => "refused",
        }
    }

    /// Whether nothing can happen to the attempt any more.
    pub const fn ended(&self) -> bool {
        matches!(self, Self::Admitted | Self::Tested { .. } | Self::Refused { .. })
    }
}

/// One try to sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Its identifier.
    pub id: AttemptId,
    /// What people quote.
    pub reference: Reference,
    /// Digest of the handle that travels as RelayState or `state`.
    pub handle: Digest,
    /// Digest of the browser's binding cookie; `None` when the attempt began without one
    /// (an answer nobody asked for).
    pub browser: Option<Digest>,
    /// What the person wanted to get into.
    pub purpose: Purpose,
    /// Where it stands.
    pub state: State,
    /// What was checked so far.
    pub checks: Checks,
    /// Its stations so far.
    pub hops: Hops,
    /// The organization, once known.
    pub organization: Option<OrganizationId>,
    /// The connection, once known.
    pub connection: Option<ConnectionId>,
    /// The person, once known.
    pub user: Option<UserId>,
    /// When it began.
    pub created_at: Millis,
    /// When it last changed.
    pub changed_at: Millis,
    /// When the app exchanged the code it was given, or tried to.
    pub redeemed_at: Option<Millis>,
}

impl Attempt {
    /// A new attempt bound to the browser that holds the cookie with this digest, and the handle
    /// that travels with it.
    pub fn begin(
        rng: &dyn Rng,
        now: Millis,
        purpose: Purpose,
        browser: Option<Digest>,
    ) -> (Self, Secret<String>) {
        let handle = ordered_token(rng, now);
        let attempt = Self {
            id: AttemptId::ordered(rng, now),
            reference: Reference::random(rng, now),
            handle: Digest::of_ordered(handle.expose()),
            browser,
            purpose,
            state: State::Choosing,
            checks: Checks::new(),
            hops: Hops::default(),
            organization: None,
            connection: None,
            user: None,
            created_at: now,
            changed_at: now,
            redeemed_at: None,
        };
        (attempt, handle)
    }

    /// Whether somebody may be asked in it. One that somebody was asked in already is not asked in
    /// again: whoever was asked first knows its handle.
    ///
    /// # Errors
    /// `AttemptExpired` or `AttemptUsed`.
    pub fn unasked(&self, now: Millis) -> Result<(), Code> {
        self.open(now)?;
        if self.state == State::Choosing { Ok(()) } else { Err(Code::AttemptUsed) }
    }

    /// Moves from `Choosing` to `Awaiting`.
    ///
    /// # Errors
    /// As [`Self::unasked`].
    pub fn await_answer(mut self, now: Millis, expected: Expected) -> Result<Self, Code> {
        self.unasked(now)?;
        self.connection = Some(expected.connection.clone());
        self.state = State::Awaiting { expected, spent: Vec::new() };
        self.hops.passed(Station::Sent, now);
        self.changed_at = now;
        Ok(self)
    }

    /// What the answer must match.
    ///
    /// # Errors
    /// `AttemptExpired`, `AttemptUsed`, or `AttemptUnknown` when nobody was asked.
    pub fn expected(&self, now: Millis) -> Result<&Expected, Code> {
        self.open(now)?;
        match &self.state {
            State::Awaiting { expected, .. } => Ok(expected),
            State::Choosing => Err(Code::AttemptUnknown),
            _ => Err(Code::AttemptUsed),
        }
    }

    /// Whether an answer to `asked` still counts: an answer is judged against one request, and by
    /// the time it is, the person may have been asked once more.
    ///
    /// # Errors
    /// As [`Self::expected`]; `AttemptUsed` when something else was asked since.
    pub fn awaits(&self, now: Millis, asked: &Expected) -> Result<(), Code> {
        if self.expected(now)? == asked { Ok(()) } else { Err(Code::AttemptUsed) }
    }

    /// Whether it still is at the step it was at in `before`, in which the same was asked.
    pub fn is_still_at(&self, before: &State) -> bool {
        match (&self.state, before) {
            (State::Awaiting { expected, .. }, State::Awaiting { expected: asked, .. }) => {
                expected == asked
            }
            (now, before) => now.name() == before.name(),
        }
    }

    /// Remembers an answer that another browser brought, while the attempt waits for one.
    /// It never counts again; the attempt goes on. Beyond [`SPENT_LIMIT`] of them it ends.
    #[must_use]
    pub fn brought_elsewhere(mut self, now: Millis, answer: Digest) -> Self {
        let State::Awaiting { spent, .. } = &mut self.state else { return self };
        if spent.contains(&answer) {
            return self;
        }
        if spent.len() >= SPENT_LIMIT {
            return self.refused(now, Code::BrowserMismatch);
        }
        spent.push(answer);
        self.changed_at = now;
        self
    }

    /// Whether another browser brought this answer before.
    pub fn is_spent(&self, answer: &Digest) -> bool {
        matches!(&self.state, State::Awaiting { spent, .. } if spent.contains(answer))
    }

    /// Moves from `Awaiting` to `Verified` by an answer that was judged against `asked`. `ticket`
    /// is the digest of what the browser that brought the answer is told, and nobody else.
    ///
    /// # Errors
    /// As [`Self::awaits`]; `ConnectionMismatch` when another provider vouched.
    pub fn verified(
        mut self,
        now: Millis,
        asked: &Expected,
        mut vouched: Vouched,
        ticket: Digest,
    ) -> Result<Self, Code> {
        self.awaits(now, asked)?;
        if asked.connection != vouched.connection {
            return Err(Code::ConnectionMismatch);
        }
        vouched.asked_anew_at = asked.answer.anew().then_some(asked.sent_at);
        self.state = State::Verified { vouched: Box::new(vouched), ticket };
        self.changed_at = now;
        Ok(self)
    }

    /// Moves from `Choosing` to `Verified` though nobody was asked: the attempt began with the
    /// provider's word, and no browser holds it yet.
    ///
    /// # Errors
    /// `AttemptExpired`, or `AttemptUsed` for any other attempt.
    pub fn vouched_unasked(
        mut self,
        now: Millis,
        mut vouched: Vouched,
        ticket: Digest,
    ) -> Result<Self, Code> {
        self.open(now)?;
        if self.state != State::Choosing || self.browser.is_some() {
            return Err(Code::AttemptUsed);
        }
        vouched.unasked = true;
        self.connection = Some(vouched.connection.clone());
        self.state = State::Verified { vouched: Box::new(vouched), ticket };
        self.hops.passed(Station::Answered, now);
        self.changed_at = now;
        Ok(self)
    }

    /// Gives an attempt of [`Self::vouched_unasked`] to the browser that came for it, once:
    /// `ticket` is the digest of what that browser alone is told.
    ///
    /// # Errors
    /// `AttemptExpired`, `AttemptUsed`, or `BrowserMismatch` when a browser has it.
    pub fn claimed(mut self, now: Millis, browser: Digest, ticket: Digest) -> Result<Self, Code> {
        self.open(now)?;
        let State::Verified { ticket: held, .. } = &mut self.state else {
            return Err(Code::AttemptUsed);
        };
        if self.browser.is_some() {
            return Err(Code::BrowserMismatch);
        }
        *held = ticket;
        self.browser = Some(browser);
        self.changed_at = now;
        Ok(self)
    }

    /// Moves from `Verified` back to `Choosing`: what was vouched for is not enough, and the
    /// provider is asked once more.
    ///
    /// # Errors
    /// As [`Self::vouched`].
    pub fn asked_again(mut self, now: Millis) -> Result<Self, Code> {
        self.vouched(now)?;
        self.state = State::Choosing;
        self.changed_at = now;
        Ok(self)
    }

    /// Ends the attempt with nobody in. An ended attempt stays as it ended.
    #[must_use]
    pub fn refused(mut self, now: Millis, code: Code) -> Self {
        if !self.state.ended() {
            self.state = State::Refused { code };
            self.changed_at = now;
        }
        self
    }

    /// Ends the attempt with an owner in, who proved themselves without any provider.
    ///
    /// # Errors
    /// `AttemptExpired` or `AttemptUsed`.
    pub fn taken_over(mut self, now: Millis) -> Result<Self, Code> {
        self.open(now)?;
        if self.purpose.is_test() {
            return Err(Code::AttemptUsed);
        }
        self.state = State::Admitted;
        self.changed_at = now;
        Ok(self)
    }

    /// Moves to `Proved`: the password that was typed is right, and the person is asked more.
    /// `ticket` is as for [`Self::verified`].
    ///
    /// # Errors
    /// `AttemptExpired` or `AttemptUsed`.
    pub fn proved(
        mut self,
        now: Millis,
        password: RightPassword,
        ticket: Digest,
    ) -> Result<Self, Code> {
        self.open(now)?;
        if self.purpose.is_test() {
            return Err(Code::AttemptUsed);
        }
        self.state = State::Proved { password: Box::new(password), ticket };
        self.changed_at = now;
        Ok(self)
    }

    /// Whose password was right, while the person has not been let in.
    ///
    /// # Errors
    /// `AttemptExpired`, `AttemptUsed`, or `AttemptUnknown` when none was typed yet.
    pub fn right_password(&self, now: Millis) -> Result<&RightPassword, Code> {
        self.open(now)?;
        match &self.state {
            State::Proved { password, .. } => Ok(password),
            State::Choosing | State::Awaiting { .. } => Err(Code::AttemptUnknown),
            _ => Err(Code::AttemptUsed),
        }
    }

    /// Who was vouched for, while the person has not been let in.
    ///
    /// # Errors
    /// `AttemptExpired`, `AttemptUsed`, or `AttemptUnknown` when nobody vouched yet.
    pub fn vouched(&self, now: Millis) -> Result<&Vouched, Code> {
        self.open(now)?;
        match &self.state {
            State::Verified { vouched, .. } => Ok(vouched),
            State::Choosing | State::Awaiting { .. } | State::Proved { .. } => {
                Err(Code::AttemptUnknown)
            }
            State::Admitted | State::Tested { .. } | State::Refused { .. } => {
                Err(Code::AttemptUsed)
            }
        }
    }

    /// Moves from `Verified` to `Tested`. `report` is what the test found out, sealed.
    ///
    /// # Errors
    /// `AttemptExpired`, `AttemptUsed`, or `AttemptUnknown` when nobody vouched yet, or this is
    /// no test.
    pub fn tested(mut self, now: Millis, report: SealedSecret) -> Result<Self, Code> {
        self.vouched(now)?;
        if !self.purpose.is_test() {
            return Err(Code::AttemptUnknown);
        }
        self.state = State::Tested { report };
        self.changed_at = now;
        Ok(self)
    }

    /// Moves from `Verified` to `Admitted` and gives out who vouched for whom.
    ///
    /// # Errors
    /// `AttemptExpired`, `AttemptUsed`, or `AttemptUnknown` when nobody vouched yet, or this is
    /// a test.
    pub fn admitted(mut self, now: Millis) -> Result<(Self, Vouched), Code> {
        self.open(now)?;
        if self.purpose.is_test() {
            return Err(Code::AttemptUnknown);
        }
        match std::mem::replace(&mut self.state, State::Admitted) {
            State::Verified { vouched, .. } => {
                self.changed_at = now;
                Ok((self, *vouched))
            }
            State::Choosing | State::Awaiting { .. } | State::Proved { .. } => {
                Err(Code::AttemptUnknown)
            }
            State::Admitted | State::Tested { .. } | State::Refused { .. } => {
                Err(Code::AttemptUsed)
            }
        }
    }

    fn open(&self, now: Millis) -> Result<(), Code> {
        if self.state.ended() {
            return Err(Code::AttemptUsed);
        }
        if now.since(self.created_at) > LIFETIME {
            return Err(Code::AttemptExpired);
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "attempt_tests.rs"]
mod tests;
