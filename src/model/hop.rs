//! The stations of an attempt: who came to whom, when, and how long it took.

use serde::{Deserialize, Serialize};

use super::time::Millis;

/// Who takes part in a sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// The person's browser.
    Browser,
    /// The app they wanted to get into.
    App,
    /// We.
    Doorward,
    /// The identity provider.
    Provider,
}

/// What happened between two of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Station {
    /// The browser was sent to the provider.
    Sent,
    /// The provider's answer came, by the browser.
    Answered,
    /// We asked what the provider publishes of itself: discovery, keys.
    Metadata,
    /// We asked the provider's token endpoint.
    Token,
    /// We asked the provider's userinfo endpoint.
    Userinfo,
    /// The browser came back by itself, with its cookies.
    Returned,
}

impl Station {
    /// From whom to whom.
    pub const fn way(self) -> (Party, Party) {
        match self {
            Self::Sent | Self::Metadata | Self::Token | Self::Userinfo => {
                (Party::Doorward, Party::Provider)
            }
            Self::Answered => (Party::Provider, Party::Doorward),
            Self::Returned => (Party::Browser, Party::Doorward),
        }
    }

    /// Whether we waited for the other side, so that it has a duration of its own.
    pub const fn is_call(self) -> bool {
        matches!(self, Self::Metadata | Self::Token | Self::Userinfo)
    }
}

/// One station. Kept short: every sign-in has some.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(Station, Millis, i64)", into = "(Station, Millis, i64)")]
pub struct Hop {
    /// What happened.
    pub station: Station,
    /// When it began.
    pub at: Millis,
    /// How long the other side took, in milliseconds; zero where nobody waited.
    pub took: i64,
}

impl From<(Station, Millis, i64)> for Hop {
    fn from((station, at, took): (Station, Millis, i64)) -> Self {
        Self { station, at, took }
    }
}

impl From<Hop> for (Station, Millis, i64) {
    fn from(hop: Hop) -> Self {
        (hop.station, hop.at, hop.took)
    }
}

/// The stations of one attempt, in order; the first [`Hops::LIMIT`] of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Hops(Vec<Hop>);

impl Hops {
    /// Most stations one attempt keeps.
    pub const LIMIT: usize = 24;

    /// The stations in order.
    pub fn as_slice(&self) -> &[Hop] {
        &self.0
    }

    /// Notes something that took no time of ours.
    pub fn passed(&mut self, station: Station, at: Millis) {
        self.push(Hop { station, at, took: 0 });
    }

    /// Notes a call that lasted from one moment to another.
    pub fn called(&mut self, station: Station, from: Millis, until: Millis) {
        self.push(Hop { station, at: from, took: until.since(from).max(0) });
    }

    /// Appends another step's stations.
    pub fn extend(&mut self, other: Self) {
        for hop in other.0 {
            self.push(hop);
        }
    }

    fn push(&mut self, hop: Hop) {
        if self.0.len() < Self::LIMIT {
            self.0.push(hop);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_short_bounded_and_come_back() {
        let mut hops = Hops::default();
        hops.passed(Station::Sent, Millis(5));
        hops.called(Station::Token, Millis(9), Millis(49));
        // A clock that was set back meanwhile makes nothing negative.
        hops.called(Station::Userinfo, Millis(50), Millis(40));
        let kept = serde_json::to_string(&hops).unwrap();
        assert_eq!(kept, r#"[["sent",5,0],["token",9,40],["userinfo",50,0]]"#);
        assert_eq!(serde_json::from_str::<Hops>(&kept).unwrap(), hops);
        let twice = hops.clone();
        for _ in 0..50 {
            hops.extend(twice.clone());
        }
        assert_eq!(hops.as_slice().len(), Hops::LIMIT);
    }
}
