//! What an address answered, and what that makes of the input.

use super::around::Around;
use super::draft::Draft;
use super::found::Found;
use super::input::recognise;
use super::kind::Kind;
use super::wrong::{Mistake, Wrong};
use crate::upstream::oidc::check_issuer;

/// Whether what an address answered is told to everybody: what providers publish of
/// themselves, which a connection would show as well. All else tells what is at an address of
/// the network around us.
pub const fn is_open(answer: &Found) -> bool {
    matches!(answer.kind, Kind::SamlMetadata | Kind::SpMetadata | Kind::OidcDiscovery)
}

/// `found` after its address gave nothing usable, for a reason that may be told, or none.
pub fn unanswered(found: Found, reason: Option<&str>) -> Found {
    let mut wrong = Wrong::of(Mistake::AddressUnusable);
    if let Some(reason) = reason {
        wrong = wrong.because(format!("Nothing usable came from this address: {reason}."));
    }
    Found { ask: None, draft: None, ..found }.but(wrong)
}

/// `found` after its address answered with `body`, and what the body alone is.
pub fn answered(found: &Found, body: &[u8], around: &Around<'_>) -> (Found, Found) {
    let answer = recognise(body, around);
    (merged(found.clone(), answer.clone()), answer)
}

fn merged(mut found: Found, answer: Found) -> Found {
    let asked = found.ask.take();
    let issuer = asked.as_ref().and_then(|ask| ask.issuer.clone());
    let url = asked.map(|ask| ask.url).unwrap_or_default();
    let expected = (found.kind, found.draft.as_ref());
    match (answer.kind, expected) {
        (Kind::SamlMetadata, (_, None | Some(Draft::Saml(_)))) => {
            found.draft = answer.draft.as_ref().map(|_| Draft::metadata_url(&url));
            if found.kind == Kind::Address {
                found.kind = Kind::MetadataAddress;
            }
            take(found, answer)
        }
        (Kind::OidcDiscovery, (_, None | Some(Draft::Oidc(_)))) => {
            described(found, answer, issuer, &url)
        }
        (Kind::SpMetadata | Kind::HtmlPage | Kind::SamlMetadata | Kind::OidcDiscovery, _) => {
            found.draft = None;
            if found.kind == Kind::Address {
                found.kind = answer.kind;
            }
            take(found, answer).pointing()
        }
        _ => unanswered(found, Some("it answered with something else")),
    }
}

/// With what the answer says.
fn take(mut found: Found, answer: Found) -> Found {
    let client_id = found.facts.client_id.take();
    let tenant = found.facts.tenant.take();
    found.facts = answer.facts;
    found.facts.client_id = found.facts.client_id.or(client_id);
    found.facts.tenant = found.facts.tenant.or(tenant);
    found.provider = found.provider.or(answer.provider);
    found.wrong.extend(answer.wrong);
    found.wrong.dedup();
    found
}

/// A description: its issuer counts, if it is the one that was meant but for a slip.
fn described(mut found: Found, answer: Found, issuer: Option<String>, url: &str) -> Found {
    let stated = answer.facts.issuer.clone().unwrap_or_default();
    let typed = issuer
        .clone()
        .unwrap_or_else(|| url.split("/.well-known/").next().unwrap_or_default().to_owned());
    // A tenant of Entra ID that was typed by its name is stated by its ID.
    let by_name = found.wrong.iter().any(|wrong| wrong.code == Mistake::EntraTenantName);
    if found.kind == Kind::Address {
        found.kind = if issuer.is_some() { Kind::Issuer } else { Kind::OidcDiscovery };
    }
    let sound = answer.draft.is_some();
    let mut found = take(found, answer);
    let slip = slip(&typed, &stated);
    found.draft =
        (sound && (stated == typed || slip.is_some() || by_name) && check_issuer(&stated).is_ok())
            .then(|| Draft::issuer(&stated));
    if by_name
        && let Some(wrong) = found.wrong.iter_mut().find(|w| w.code == Mistake::EntraTenantName)
    {
        wrong.instead = Some(stated);
        return found;
    }
    match slip {
        _ if stated == typed => found.wrong.retain(|wrong| {
            wrong.code != Mistake::TrailingSlash || wrong.instead.as_ref() == Some(&stated)
        }),
        // Who pasted the discovery address typed no issuer that could be wrong.
        Some(_) if issuer.is_none() => {}
        Some(mistake) => found = found.but(Wrong::of(mistake).instead(stated)),
        None if sound => {
            found = found.but(Wrong::of(Mistake::IssuerDiffers).instead(stated));
        }
        None => {}
    }
    // The provider was found: its domain was enough.
    found.wrong.retain(|wrong| wrong.code != Mistake::DomainOnly || !sound);
    found
}

/// What alone differs between two issuers, when it is one of the usual slips.
fn slip(typed: &str, stated: &str) -> Option<Mistake> {
    let bare = |text: &str| text.strip_suffix('/').unwrap_or(text).to_owned();
    let open = |text: &str| {
        let (_, rest) = text.split_once("://")?;
        Some(bare(rest).to_ascii_lowercase())
    };
    if typed != stated && bare(typed) == bare(stated) {
        return Some(Mistake::TrailingSlash);
    }
    (typed != stated && open(typed).is_some() && open(typed) == open(stated))
        .then_some(Mistake::IssuerSpelling)
}
