//! What an attempt keeps of the provider's answer beside its checks. Personal: it rests
//! sealed, and is shown only to whoever asked for it by name.

use serde::{Deserialize, Serialize};

use super::matched::Match;
use super::time::Millis;
use super::user::{Groups, Profile, Received};

/// Most names, and most values of one, that are kept.
const MOST_NAMES: usize = 100;
const MOST_VALUES: usize = 100;
/// Longest name or value kept, in characters.
const LONGEST: usize = 512;
/// Most characters kept together.
const MOST: usize = 16 * 1024;
/// Most audiences kept.
const MOST_AUDIENCES: usize = 10;

/// What is kept of a provider's answer.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Evidence {
    /// Attributes or claims as received, within bounds.
    pub received: Received,
    /// Whether some of them were left out or cut.
    pub cut: bool,
    /// What was made of them.
    pub profile: Option<Profile>,
    /// What each field of the person was taken from; empty when it did not come to that.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub matches: Vec<Match>,
    /// For whom a message with a signature that holds says it is.
    pub audiences: Vec<String>,
    /// Who made it, as a message with a signature that holds says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// The certificate a message brought along, when its key made the signature and is not
    /// trusted here: DER in base64. Anybody can sign with a key of their own.
    pub signer: Option<String>,
    /// How far the provider's clock is ahead of ours, in milliseconds, the way of the answer
    /// included; negative when it is behind.
    pub skew: Option<i64>,
    /// When the answer holds, and when it was judged.
    pub window: Option<Window>,
}

/// The times an answer names, and the moment they were held against. Not personal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// When it was made (SAML `IssueInstant`, OpenID Connect `iat`).
    pub issued_at: Option<Millis>,
    /// It holds from then on (`NotBefore`, `nbf`).
    pub not_before: Option<Millis>,
    /// It holds until just before then (`NotOnOrAfter`, `exp`).
    pub not_on_or_after: Option<Millis>,
    /// The moment of judging, by our clock.
    pub judged_at: Millis,
    /// How far clocks may differ, in milliseconds.
    pub tolerance_ms: i64,
}

impl Window {
    /// From when until when it holds by the provider's clock, where it says both.
    pub fn holds(&self) -> Option<(Millis, Millis)> {
        let from = self.issued_at.into_iter().chain(self.not_before).max()?;
        Some((from, self.not_on_or_after?))
    }
}

impl std::fmt::Debug for Evidence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Evidence(..)")
    }
}

impl Evidence {
    /// Keeps what was received, in the order of names, within bounds, instead of what was kept
    /// before.
    pub fn receive(&mut self, received: &Received) {
        let mut left = MOST;
        self.received.clear();
        self.cut = received.len() > MOST_NAMES;
        for (name, values) in received.iter().take(MOST_NAMES) {
            self.cut |= values.len() > MOST_VALUES;
            let Some(name) = self.short(name, &mut left) else { break };
            let mut kept = Vec::with_capacity(values.len().min(MOST_VALUES));
            for value in values.iter().take(MOST_VALUES) {
                let Some(value) = self.short(value, &mut left) else { break };
                kept.push(value);
            }
            self.received.insert(name, kept);
        }
    }

    /// Keeps what was made of what was received, within bounds: a person may have thousands
    /// of groups, and every sign-in keeps this.
    pub fn conclude(&mut self, profile: &Profile, matches: Vec<Match>) {
        let Profile { email, email_verified, given_name, family_name, name, groups } = profile;
        let groups = match groups {
            Groups::Unknown => Groups::Unknown,
            Groups::Known(all) => {
                let mut left = MOST;
                self.cut |= all.len() > MOST_VALUES;
                let first = all.iter().take(MOST_VALUES);
                Groups::Known(first.map_while(|group| self.short(group, &mut left)).collect())
            }
        };
        self.profile = Some(Profile {
            email: email.clone(),
            email_verified: *email_verified,
            given_name: given_name.clone(),
            family_name: family_name.clone(),
            name: name.clone(),
            groups,
        });
        self.matches = matches;
    }

    /// Keeps for whom a message is, within bounds.
    pub fn intend<'a>(&mut self, audiences: impl Iterator<Item = &'a str>) {
        // What is not whole is of no use as a value to accept.
        let whole = audiences.filter(|text| text.chars().count() <= LONGEST);
        self.audiences = whole.take(MOST_AUDIENCES).map(str::to_owned).collect();
    }

    /// Keeps who made a message, within bounds.
    pub fn made_by(&mut self, issuer: &str) {
        // As with audiences.
        self.issuer = (issuer.chars().count() <= LONGEST).then(|| issuer.to_owned());
    }

    /// Whether there is nothing to keep.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn short(&mut self, text: &str, left: &mut usize) -> Option<String> {
        let length = text.chars().take(LONGEST + 1).count();
        if *left < length.min(LONGEST) {
            self.cut = true;
            return None;
        }
        *left -= length.min(LONGEST);
        if length <= LONGEST {
            return Some(text.to_owned());
        }
        self.cut = true;
        Some(text.chars().take(LONGEST).chain(['…']).collect())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn kept(received: &Received) -> Evidence {
        let mut evidence = Evidence::default();
        evidence.receive(received);
        evidence
    }

    #[test]
    fn what_fits_is_kept_as_it_came() {
        let received = Received::from([
            ("groups".to_owned(), vec!["a".to_owned(), "b".to_owned()]),
            ("mail".to_owned(), vec!["ann@a.test".to_owned()]),
            ("none".to_owned(), Vec::new()),
        ]);
        let evidence = kept(&received);
        assert_eq!((evidence.received, evidence.cut), (received, false));
    }

    #[test]
    fn what_does_not_fit_is_cut_and_said_to_be() {
        let long = "x".repeat(LONGEST + 1);
        let one = |values: Vec<String>| Received::from([("name".to_owned(), values)]);
        let evidence = kept(&one(vec![long.clone()]));
        assert!(evidence.cut);
        assert_eq!(evidence.received["name"][0].chars().count(), LONGEST + 1);
        assert!(evidence.received["name"][0].ends_with("x…"));
        assert!(kept(&one(vec!["g".to_owned(); MOST_VALUES + 1])).cut);
        let names = (0..=MOST_NAMES).map(|n| (n.to_string(), Vec::new())).collect();
        assert!(kept(&names).cut);
        let mut evidence = Evidence::default();
        evidence.intend([long.as_str(), "urn:b"].into_iter());
        assert_eq!(evidence.audiences, ["urn:b"]);
    }

    #[test]
    fn groups_without_number_are_not_kept() {
        let conclude = |groups: Vec<String>| {
            let mut evidence = Evidence::default();
            let groups = Groups::Known(groups);
            evidence.conclude(&Profile { groups, ..Profile::empty() }, Vec::new());
            evidence
        };
        let few = conclude(vec!["a".to_owned()]);
        assert_eq!(few.profile.unwrap().groups, Groups::Known(vec!["a".to_owned()]));
        assert!(!few.cut);
        let many = conclude(vec!["x".repeat(1_000); 5_000]);
        assert!(many.cut && serde_json::to_string(&many).unwrap().len() < 2 * MOST);
    }

    #[test]
    fn nothing_of_it_is_printed() {
        let evidence = kept(&Received::from([("mail".to_owned(), vec!["ann@a.test".to_owned()])]));
        assert_eq!(format!("{evidence:?}"), "Evidence(..)");
    }

    proptest! {
        #[test]
        fn it_is_bounded(received in prop::collection::btree_map(
            ".{0,600}", prop::collection::vec(".{0,600}", 0..30), 0..60,
        )) {
            let evidence = kept(&received);
            let all = evidence.received.iter().flat_map(|(name, values)| {
                std::iter::once(name).chain(values)
            });
            let total: usize = all.map(|text| text.chars().count()).sum();
            // Each may be one longer, for the mark that it was cut.
            prop_assert!(total <= MOST + MOST / LONGEST + 1);
            prop_assert!(evidence.cut || evidence.received == received);
        }
    }
}
