//! The question to an administrator, whether somebody new is a person who is known: the same
//! connection vouches for the same proved e-mail address under another subject.

use super::attempt::Reference;
use super::id::{ConnectionId, OrganizationId, RelinkId, UserId};
use super::time::Millis;

/// Most questions that wait in one organization. Beyond it people wait unlisted.
pub const MOST_PENDING: i64 = 500;

/// What became of the question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nobody has answered yet: the person waits.
    Pending,
    /// They are the known person.
    Approved,
    /// They are somebody else, who does not come in.
    Refused,
    /// They are somebody else, who gets an account of their own.
    Separate,
}

impl State {
    const ALL: [Self; 4] = [Self::Pending, Self::Approved, Self::Refused, Self::Separate];

    /// The stable text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Refused => "refused",
            Self::Separate => "separate",
        }
    }

    /// The state with this text.
    pub fn read(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// An administrator's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// They are the known person.
    Approve,
    /// They do not come in.
    Refuse,
    /// They get an account of their own.
    Separate,
    /// An approval was a mistake: they wait again.
    Undo,
}

/// The question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relink {
    /// Its identifier.
    pub id: RelinkId,
    /// Whose administrators are asked.
    pub organization: OrganizationId,
    /// Who vouches.
    pub connection: ConnectionId,
    /// The new subject there.
    pub subject: String,
    /// The known person.
    pub user: UserId,
    /// The address that was asserted.
    pub email: String,
    /// The name that was asserted.
    pub name: Option<String>,
    /// The attempt in which it arose.
    pub reference: Reference,
    /// What became of it.
    pub state: State,
    /// When it arose.
    pub created_at: Millis,
    /// When it was answered last.
    pub decided_at: Option<Millis>,
    /// Counts edits; the ETag of the admin API.
    pub version: i64,
}

impl Relink {
    /// Takes an answer; `None` when the state does not allow it. What was refused or given an
    /// account of its own stays so until the question is deleted.
    #[must_use]
    pub fn answered(self, now: Millis, answer: Answer) -> Option<Self> {
        let state = match (self.state, answer) {
            (State::Pending, Answer::Approve) => State::Approved,
            (State::Pending, Answer::Refuse) => State::Refused,
            (State::Pending, Answer::Separate) => State::Separate,
            (State::Approved, Answer::Undo) => State::Pending,
            _ => return None,
        };
        Some(Self { state, decided_at: Some(now), ..self })
    }
}
