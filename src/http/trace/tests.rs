//! The page itself, over attempts nobody would have by chance.

use askama::Template as _;

use super::page::{Names, Trace};
use crate::admin::advice::AdviceItem;
use crate::admin::attempt_item::{AttemptItem, CheckItem, DifferenceItem};
use crate::admin::fixes::{FixItem, NeedsItem};
use crate::admin::presets;
use crate::admin::received::{
    GroupItem, MatchItem, ProfileItem, ReceivedAttributeItem, ReceivedItem,
};
use crate::admin::shown::Shown;
use crate::http::pages::Shell;
use crate::model::public_url::PublicUrl;
use crate::model::user::EmailVerified;

const HOSTILE: &str = "\"'></bdi></title></svg><script>alert(1)</script><img src=x onerror=y>";

fn check(verdict: &'static str) -> CheckItem {
    let text = || HOSTILE.to_owned();
    CheckItem {
        name: text(),
        expected: text(),
        received: text(),
        verdict,
        personal: verdict == "passed",
        notice: None,
        difference: Some(DifferenceItem {
            accepted: "another".to_owned(),
            came: text(),
            position: 1,
            expected: None,
            received: Some(text()),
            sentence: text(),
        }),
        plain: None,
        explanation: None,
    }
}

fn received() -> ReceivedItem {
    let text = || HOSTILE.to_owned();
    let attribute = || ReceivedAttributeItem { name: text(), values: vec![text(), String::new()] };
    ReceivedItem {
        attributes: vec![
            attribute(),
            ReceivedAttributeItem { name: String::new(), values: Vec::new() },
        ],
        cut: true,
        profile: Some(ProfileItem {
            email: Some(text()),
            email_verified: EmailVerified::Refuted,
            given_name: Some(text()),
            family_name: None,
            name: Some(text()),
            groups: Some(vec![GroupItem { value: text(), kind: "name", label: "a".to_owned() }]),
        }),
        matches: vec![MatchItem { field: "email", name: None, why: "sub", sentence: text() }],
        skew_ms: Some(i64::MIN),
        window: None,
    }
}

fn fix() -> FixItem {
    let text = || HOSTILE.to_owned();
    FixItem {
        id: "accept_audience",
        sentence: text(),
        before: Vec::new(),
        after: vec![text()],
        needs: NeedsItem { confirm: Some(text()), values: vec![text()], certificate: None },
    }
}

fn item(checks: Vec<CheckItem>, received: Option<ReceivedItem>) -> AttemptItem {
    let text = || Some(HOSTILE.to_owned());
    AttemptItem {
        id: HOSTILE.to_owned(),
        reference: HOSTILE.to_owned(),
        outcome: "refused",
        code: Some("saml_audience_mismatch"),
        remedy: None,
        advice: None,
        fixes: vec![fix()],
        checks,
        organization: text(),
        connection: text(),
        app: text(),
        user: text(),
        names: None,
        created_at: HOSTILE.to_owned(),
        changed_at: HOSTILE.to_owned(),
        timeline: Vec::new(),
        received,
        test: None,
        capture: None,
    }
}

fn html(item: AttemptItem, shown: Shown) -> String {
    let url = PublicUrl::parse("http://localhost:8080").unwrap();
    Trace::of(Shell::of(&url), HOSTILE.to_owned(), item, Names::default(), shown).render().unwrap()
}

#[test]
fn every_place_escapes_what_stands_there() {
    for shown in [Shown::Masked, Shown::Revealed] {
        let checks = ["failed", "warned", "passed"].map(check).to_vec();
        let html = html(item(checks, Some(received())), shown);
        for no in ["<script", "<img", "\"'>", "</bdi></title>"] {
            assert!(!html.contains(no), "{no} in {html}");
        }
        let masked = shown == Shown::Masked;
        assert_eq!(html.contains("Reveal personal values"), masked);
        assert_eq!(html.contains("2 values (masked)"), masked, "{html}");
        assert!(html.contains("(said not to be verified)") && html.contains("not given"));
        assert!(html.contains("<i>(no value)</i>") && html.contains("Nearest: <bdi>another</bdi>"));
    }
}

#[test]
fn an_attempt_with_nothing_in_it_has_a_page() {
    for outcome in ["choosing", "awaiting", "verified", "admitted", "tested", "refused"] {
        let bare = AttemptItem { outcome, ..item(Vec::new(), None) };
        let html = html(bare, Shown::Masked);
        assert!(html.contains("0 steps") && html.contains("0 failed, 0 warned, 0 passed."));
        assert!(!html.contains("<table") && !html.contains("<form"), "{html}");
    }
}

#[test]
fn the_first_failure_is_open_and_what_it_brought_along_is_not() {
    let checks = ["passed", "failed", "warned", "failed", "failed"].map(check).to_vec();
    let html = html(item(checks, None), Shown::Masked);
    assert_eq!(html.matches("<details class=\"failed\"").count(), 3);
    assert_eq!(html.matches("<details class=\"failed\" open>").count(), 1);
    assert!(html.contains("3 failed, 1 warned, 1 passed."));
}

/// What is told about the field `label` of a provider nothing else is known of.
fn advised(label: &str, draft_field: Option<&'static str>) -> String {
    let guide = presets::load("generic-oidc").unwrap().oidc.unwrap();
    let field = guide.fields.into_iter().find(|field| field.label == label);
    let (preset, name) = ("generic-oidc", "another");
    let advice = AdviceItem { preset, name, field, value: None, draft_field, mistakes: Vec::new() };
    html(AttemptItem { advice: Some(advice), ..item(Vec::new(), None) }, Shown::Masked)
}

#[test]
fn it_says_at_which_end_a_value_is_to_be_changed() {
    let secret = advised("Client Secret", Some("client_secret"));
    assert!(secret.contains("<dt>Copy from the provider</dt>"), "{secret}");
    assert!(secret.contains("as <code>client_secret</code>"), "{secret}");
    assert!(secret.contains(">What to change</h2>"), "{secret}");
    let redirect = advised("Redirect URI", None);
    assert!(redirect.contains(">What to change at the provider</h2>"), "{redirect}");
    assert!(redirect.contains("<dt>Field</dt>") && !redirect.contains("<dt>Into</dt>"));
}

#[test]
fn a_repair_says_what_has_to_be_sent_with_it() {
    let sent = |needs: NeedsItem| {
        let fixes = vec![FixItem { needs, ..fix() }];
        html(AttemptItem { fixes, ..item(Vec::new(), None) }, Shown::Masked)
    };
    let none = NeedsItem::default;
    assert!(sent(none()).contains("with the body <code>{}</code>"));
    let values = vec!["uid".to_owned()];
    assert!(sent(NeedsItem { values, ..none() }).contains("{\"value\": \"...\"}"));
    let confirm = Some("ab".to_owned());
    let html = sent(NeedsItem { confirm, ..none() });
    assert!(html.contains("{\"confirm\": \"...\"}") && html.contains("If-Match"), "{html}");
}
