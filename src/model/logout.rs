//! What becomes of telling an app that a session ended.

use super::id::{AppId, SessionId, UserId};
use super::time::{DAY, HOUR, MINUTE, Millis, SECOND};

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryState {
    /// It is to be sent, once more if it was before.
    Pending,
    /// The app took it.
    Delivered,
    /// The app refused it (OpenID Connect Back-Channel Logout 1.0 section 2.8).
    Refused,
    /// The app could not be told in all the tries it has.
    GivenUp,
}

impl DeliveryState {
    const ALL: [Self; 4] = [Self::Pending, Self::Delivered, Self::Refused, Self::GivenUp];

    /// Its name, stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Refused => "refused",
            Self::GivenUp => "given_up",
        }
    }

    /// Reads a name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// One app that is to be told of one session. Outlives the session and the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The session that ended (`sid`).
    pub session: SessionId,
    /// The app.
    pub app: AppId,
    /// Who was signed in (`sub`).
    pub user: UserId,
    /// How often it was tried.
    pub tries: u32,
    /// When it was tried first.
    pub first_tried_at: Option<Millis>,
}

/// Pauses after each try that came to nothing, in milliseconds; after the last one it is
/// given up.
const PAUSES: [i64; 10] = [
    SECOND,
    5 * SECOND,
    15 * SECOND,
    MINUTE,
    5 * MINUTE,
    15 * MINUTE,
    HOUR,
    2 * HOUR,
    4 * HOUR,
    8 * HOUR,
];
/// It is given up so long after the first try, whatever is left of the tries.
const LONGEST: i64 = DAY;

impl Delivery {
    /// When it is tried again after this try, begun at `now`, came to nothing; `None` when it
    /// is given up.
    pub fn again(&self, now: Millis) -> Option<Millis> {
        let pause = PAUSES.get(usize::try_from(self.tries).ok()?)?;
        let first = self.first_tried_at.unwrap_or(now);
        (now.since(first) < LONGEST).then(|| now.plus(*pause))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tried(tries: u32) -> Delivery {
        Delivery {
            session: SessionId::try_from("s").unwrap(),
            app: AppId::try_from("a").unwrap(),
            user: UserId::try_from("u").unwrap(),
            tries,
            first_tried_at: (tries > 0).then_some(Millis(0)),
        }
    }

    #[test]
    fn tries_are_bounded_in_number_and_time() {
        assert_eq!(tried(0).again(Millis(7)), Some(Millis(7 + SECOND)));
        assert_eq!(tried(9).again(Millis(0)), Some(Millis(8 * HOUR)));
        assert_eq!(tried(10).again(Millis(0)), None);
        assert_eq!(tried(3).again(Millis(DAY - 1)), Some(Millis(DAY - 1 + MINUTE)));
        assert_eq!(tried(3).again(Millis(DAY)), None);
    }

    #[test]
    fn names_read_back() {
        for state in DeliveryState::ALL {
            assert_eq!(DeliveryState::parse(state.as_str()), Some(state));
        }
        assert_eq!(DeliveryState::parse("sent"), None);
    }
}
