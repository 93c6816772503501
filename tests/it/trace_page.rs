//! The trace page: who may see it, what it tells, and that nothing a provider says runs there.

use actix_web::http::StatusCode;
use doorward::admin::tokens;
use doorward::model::audit::{Actor, AuditEvent};
use doorward::model::id::{OrganizationId, SessionId, UserId};
use doorward::model::rng::SystemRng;
use doorward::model::secret::{Digest, random_token};
use doorward::model::session::{Method, Session};
use doorward::model::time::{HOUR, MINUTE, SECOND};
use doorward::model::user::{Profile, User};
use doorward::store::attempts::{self, Filter};
use doorward::store::{Page, StoreError, audit, sessions, users};
use serde_json::{Value, json};

use crate::house::{self, Answer, Browser, House, PASSWORD, run};
use crate::support::admin::Admin;
use crate::support::openid::Provider;
use crate::support::tenant::{Tenant, Unsigned, app, authorize, onward, sent};

const ANN: &str = "ann@people.test";
const OWNER: &str = "ann@acme.test";
/// What a page of ours may take, in bytes.
const LIMIT: usize = 15 * 1024;

/// The reference of the newest attempt.
async fn newest(house: &House) -> String {
    let found =
        house.read(|tx| attempts::list(tx, &Filter::default(), &Page::first(1))).await.remove(0);
    found.reference.0
}

/// A sign-in at `tenant` whose signed answer is what `change` makes of a good one; its
/// reference.
async fn attempt(house: &House, tenant: &Tenant, change: impl FnOnce(String) -> String) -> String {
    house.wait(SECOND);
    let mut ann = Browser::new();
    let asked = house.get(&mut ann, &format!("/o/{}", tenant.path)).await;
    house.wait(12 * SECOND);
    let handle = sent(&asked, "RelayState").unwrap();
    let Unsigned { xml, id } = tenant.unsigned(house.hub.now(), &handle, ANN);
    let answer = tenant.sign(&change(xml), &id);
    let posted = tenant.post(house, &handle, &answer).await;
    if posted.status.is_redirection() {
        house.get(&mut ann, &onward(&posted)).await;
    }
    newest(house).await
}

fn audience(wrong: &str) -> impl FnOnce(String) -> String {
    move |xml| {
        let (before, rest) = xml.split_once("<saml:Audience>").unwrap();
        let (_, after) = rest.split_once("</saml:Audience>").unwrap();
        format!("{before}<saml:Audience>{wrong}</saml:Audience>{after}")
    }
}

/// The browser of somebody of `organization` who is signed in, and who they are.
async fn somebody(house: &House, organization: &OrganizationId, owner: bool) -> (Browser, UserId) {
    let now = house.hub.now();
    let user = User {
        id: UserId::random(&SystemRng),
        organization: organization.clone(),
        profile: Profile::empty(),
        answers: Default::default(),
        owner,
        admin: false,
        disabled: false,
        inactive_since: None,
        access_ended_at: None,
        announced: false,
        created_at: now,
        last_sign_in_at: None,
        version: 1,
    };
    let session = Session {
        id: SessionId::random(&SystemRng),
        user: user.id.clone(),
        organization: organization.clone(),
        method: Method::OwnerPassword,
        second_factor: None,
        authenticated_at: now,
        seen_at: now,
        expires_at: now.plus(12 * HOUR),
    };
    let cookie = random_token(&SystemRng).into_inner();
    let digest = Digest::of_ordered(&cookie);
    let id = user.id.clone();
    house
        .write(move |tx| {
            users::insert(tx, &user)?;
            sessions::insert(tx, &session, digest, None)
        })
        .await;
    let mut browser = Browser::new();
    browser.cookies.insert("doorward-session".to_owned(), cookie);
    (browser, id)
}

async fn reveals(house: &House) -> Vec<AuditEvent> {
    let mut events = house.read(|tx| audit::list(tx, None, &Page::first(200))).await;
    events.retain(|event| event.action == "attempt.reveal");
    events
}

/// What every page of ours is, and nothing of the provider's own making in it.
#[track_caller]
fn sound(page: &Answer) {
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    let policy = page.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && !policy.contains("script-src"), "{policy}");
    assert!(!policy.contains("unsafe-inline"), "{policy}");
    assert_eq!(page.header("cache-control"), "no-store");
    for tag in page.body.split('<').skip(1).map(|rest| rest.split('>').next().unwrap()) {
        let name = tag.split_whitespace().next().unwrap_or_default();
        assert!(!["script", "style", "img", "iframe"].contains(&name), "<{tag}>");
        for no in [" style=", " on", "javascript:"] {
            assert!(!tag.contains(no), "{no} in <{tag}>");
        }
    }
    assert_eq!(page.body.matches("<h1").count(), 1);
    assert_eq!(page.body.matches("<details").count(), page.body.matches("</details>").count());
    for drawing in page.body.split("<svg").skip(1).map(|rest| rest.split('>').next().unwrap()) {
        let told = drawing.contains("role=\"img\"") != drawing.contains("aria-hidden=\"true\"");
        assert!(told, "<svg{drawing}>");
    }
}

#[test]
fn whoever_is_no_owner_is_sent_to_the_owners_door_and_back() {
    run(async {
        let house = house::open().await;
        house.set_up(&mut Browser::new()).await;
        let acme = Tenant::open(&house, "acme").await;
        let reference = attempt(&house, &acme, audience("urn:them")).await;
        let (mut ann, _) = somebody(&house, &acme.organization, false).await;
        let mut stranger = Browser::new();
        // Whether there is such an attempt is not told.
        for asked in [&*reference, "0801-amber-otter-lake"] {
            for browser in [&mut ann, &mut stranger] {
                let away = house.get(browser, &format!("/trace/{asked}")).await;
                assert_eq!(away.status, StatusCode::SEE_OTHER);
                assert_eq!(onward(&away), format!("/owner?trace={asked}"));
                assert!(away.body.is_empty() && away.header("cache-control") == "no-store");
                let fields = [("csrf", "x")];
                let reveal = house.post(browser, &format!("/trace/{asked}/reveal"), &fields).await;
                assert_eq!(onward(&reveal), format!("/owner?trace={asked}"));
            }
        }
        assert_eq!(onward(&house.get(&mut stranger, "/trace").await), "/owner?trace=");
        let hostile = house.get(&mut stranger, "/trace/%22%3E%3Cscript%3E").await;
        assert_eq!(onward(&hostile), "/owner?trace=");
        // A token is for the API.
        let now = house.hub.now();
        let made = house.write(move |tx| {
            tokens::create_on_host(tx, &SystemRng, now, "test", None)
                .map_err(|_| StoreError::Conflict)
        });
        let mut program = Browser::new();
        program.headers.push(("authorization", format!("Bearer {}", made.await.token)));
        let away = house.get(&mut program, &format!("/trace/{reference}")).await;
        assert_eq!(onward(&away), format!("/owner?trace={reference}"));
        assert!(reveals(&house).await.is_empty());

        let mut owner = Browser::new();
        let door = format!("/owner?trace={reference}");
        let page = house.get(&mut owner, &door).await;
        assert_eq!(page.field("trace"), reference);
        let fields = |password| [("email", OWNER), ("password", password), ("trace", &*reference)];
        let wrong = house.fill(&mut owner, &door, &fields("not the password")).await;
        assert_eq!(wrong.field("trace"), reference, "kept for the next try");
        let entered = house.fill(&mut owner, &door, &fields(PASSWORD)).await;
        assert_eq!(onward(&entered), format!("/trace/{reference}"));
        sound(&house.get(&mut owner, &onward(&entered)).await);
    });
}

#[test]
fn the_way_back_leads_to_a_trace_and_nowhere_else() {
    run(async {
        let house = house::open().await;
        house.set_up(&mut Browser::new()).await;
        for hostile in ["//evil.test", "https://evil.test/", "../sign-out", "\"><script>", "x\r\ny"]
        {
            let query =
                url::form_urlencoded::byte_serialize(hostile.as_bytes()).collect::<String>();
            let page = house.get(&mut Browser::new(), &format!("/owner?trace={query}")).await;
            assert_eq!(page.field("trace"), "", "{}", page.body);
            let fields = [("email", OWNER), ("password", PASSWORD), ("trace", hostile)];
            let entered = house.fill(&mut Browser::new(), "/owner", &fields).await;
            assert_eq!(onward(&entered), "/trace", "{hostile}");
        }
        // A form another site sends goes back to the same door.
        let fields = [("email", OWNER), ("trace", "1407 amber otter lake"), ("csrf", "x")];
        let refused = house.post(&mut Browser::new(), "/owner", &fields).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        let again = "http://localhost:8080/owner?trace=1407-amber-otter-lake\"";
        assert!(refused.body.contains(again), "{}", refused.body);
    });
}

#[test]
fn an_owner_reads_what_failed_and_how() {
    run(async {
        let house = house::open().await;
        let mut owner = Browser::new();
        house.set_up(&mut owner).await;
        let acme = Tenant::open(&house, "acme").await;
        let entity = format!("http://localhost:8080/saml/{}/metadata", acme.connection);
        let reference = attempt(&house, &acme, audience(&format!("{entity}/"))).await;
        let page = house.get(&mut owner, &format!("/trace/{reference}")).await;
        sound(&page);
        let body = &page.body;
        for told in [
            "saml_audience_slash",
            "<dt>Enter</dt><dd><bdi>",
            "<strong>SP Entity ID</strong>",
            "Copy our entity ID again",
            &format!("POST /api/v1/attempts/{reference}/fixes/accept_audience"),
            "The visitor was told: <q>The company&#39;s sign-in is set up for another address",
            "Send them the reference below.",
            &format!("<span class=\"reference\">{reference}</span>"),
            "acme Inc",
            "Failed: <code>audience</code>",
            &format!("<bdi>{entity}</bdi>"),
            &format!("<bdi>{entity}/</bdi>"),
            "ends with a slash, expected without",
            &format!("at character {}: expected the end, came <bdi>/</bdi>", entity.len() + 1),
            // The picture, and the same as a list.
            "3 answers <tspan class=\"strong\">failed here</tspan>",
            "Provider to Doorward: The identity provider&#39;s answer came, by the browser. <strong>Failed here.</strong>",
            "12.0 s later",
            "It failed at step 3, from Provider to Doorward.",
            // The ruler.
            "now: inside",
            "NotOnOrAfter in 5 min 0 s",
            "NotBefore 5 min 0 s ago",
            "Reveal personal values",
        ] {
            assert!(body.contains(told), "{told} in {body}");
        }
        assert!(!body.contains(ANN));
        assert_eq!(body.matches("<details class=\"failed\" open>").count(), 1);
        let passed = body.split_once("Passed: ").unwrap().1;
        assert!(
            passed.contains("<code>issuer</code>") && passed.contains("<code>signature</code>")
        );
        assert!(body.len() < LIMIT, "{} bytes", body.len());
        // However it was passed on, and by the page that asks for it.
        let said = reference.replace('-', " ").to_uppercase();
        let query: String = url::form_urlencoded::byte_serialize(said.as_bytes()).collect();
        let found = house.get(&mut owner, &format!("/trace?reference={query}")).await;
        assert_eq!(onward(&found), format!("/trace/{reference}"));
        let spelt = said.replace(' ', "%20");
        let again = house.get(&mut owner, &format!("/trace/{spelt}")).await;
        assert!(again.body.contains(&reference));
        let asks = house.get(&mut owner, "/trace").await;
        sound(&asks);
        assert!(!asks.body.contains("There is a problem"));
        let unread = house.get(&mut owner, "/trace?reference=%22%3E%3Cscript%3E").await;
        assert_eq!(unread.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(unread.body.contains("There is a problem") && !unread.body.contains("<script"));
    });
}

#[test]
fn one_out_of_reach_looks_like_one_that_never_was() {
    run(async {
        let house = house::open().await;
        house.set_up(&mut Browser::new()).await;
        let acme = Tenant::open(&house, "acme").await;
        let other = Tenant::open(&house, "other").await;
        let reference = attempt(&house, &acme, audience("urn:them")).await;
        // Of nobody's organization.
        house.wait(SECOND);
        house.get(&mut Browser::new(), "/o/nowhere").await;
        let nobodys = newest(&house).await;
        let (mut own, _) = somebody(&house, &acme.organization, true).await;
        let (mut stranger, _) = somebody(&house, &other.organization, true).await;
        let page = house.get(&mut own, &format!("/trace/{reference}")).await;
        sound(&page);
        let csrf = page.field("csrf");
        let mut pages = Vec::new();
        for asked in [&*reference, &nobodys, "0801-amber-otter-lake", "nonsense"] {
            let missing = house.get(&mut stranger, &format!("/trace/{asked}")).await;
            assert_eq!(missing.status, StatusCode::NOT_FOUND, "{asked}");
            pages.push(missing.body);
        }
        assert!(pages.iter().all(|page| *page == pages[0]), "{pages:#?}");
        // A token of one form is good for another: reach is asked for again.
        let others = attempt(&house, &other, audience("urn:them")).await;
        let theirs = house.get(&mut stranger, &format!("/trace/{others}")).await.field("csrf");
        let address = format!("/trace/{reference}/reveal");
        let reveal = house.post(&mut stranger, &address, &[("csrf", &theirs)]).await;
        assert_eq!((reveal.status, reveal.body == pages[0]), (StatusCode::NOT_FOUND, true));
        assert!(reveals(&house).await.is_empty());
        let reveal = house.post(&mut own, &address, &[("csrf", &csrf)]).await;
        assert!(reveal.body.contains(ANN), "{}", reveal.body);
    });
}

#[test]
fn personal_values_are_shown_once_and_that_is_noted() {
    run(async {
        let house = house::open().await;
        let acme = Tenant::open(&house, "acme").await;
        let (mut owner, id) = somebody(&house, &acme.organization, true).await;
        let reference = attempt(&house, &acme, |xml| xml).await;
        let path = format!("/trace/{reference}");
        let page = house.get(&mut owner, &path).await;
        sound(&page);
        assert!(page.body.contains("The person was let in."));
        assert!(page.body.contains("3 values (masked)") && !page.body.contains(ANN));
        let csrf = page.field("csrf");
        let reveal = format!("{path}/reveal");
        // A page of somebody else's, and no token.
        let mut framed = owner.clone();
        framed.headers.push(("sec-fetch-site", "cross-site".to_owned()));
        let mut bare = owner.clone();
        bare.cookies.retain(|name, _| name == "doorward-session");
        for (browser, sent) in [(&mut framed, &*csrf), (&mut owner, "x"), (&mut bare, &*csrf)] {
            let refused = house.post(browser, &reveal, &[("csrf", sent)]).await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN);
            assert!(!refused.body.contains(ANN));
        }
        assert!(reveals(&house).await.is_empty());
        let shown = house.post(&mut owner, &reveal, &[("csrf", &csrf)]).await;
        sound(&shown);
        assert!(shown.body.contains(ANN) && shown.body.contains("R&#38;D"), "{}", shown.body);
        assert!(!shown.body.contains("(masked)") && !shown.body.contains("<form"));
        let noted = reveals(&house).await;
        assert_eq!(noted.len(), 1);
        assert_eq!(noted[0].actor, Actor::User { id });
        assert!(!house.get(&mut owner, &path).await.body.contains(ANN));
        // Opened again, it is masked; looking is not noted.
        assert_eq!(onward(&house.get(&mut owner, &reveal).await), path);
        assert_eq!(reveals(&house).await.len(), 1);
    });
}

#[test]
fn nothing_a_provider_says_is_more_than_text() {
    run(async {
        let house = house::open().await;
        let mut owner = Browser::new();
        house.set_up(&mut owner).await;
        let acme = Tenant::open(&house, "acme").await;
        let hostile = "&quot;&gt;&lt;/bdi&gt;&lt;script src=//evil.test&gt;&lt;/script&gt;\
                       &lt;img src=x onerror=alert(1)&gt;'{{7*7}}";
        let unseen = "a\u{202e}b\u{2066}c\u{200b}";
        let long = "x".repeat(4_000);
        let attribute = |name: &str, value: &str| {
            format!(
                "<saml:Attribute Name=\"{name}\"><saml:AttributeValue>{value}\
                 </saml:AttributeValue></saml:Attribute>"
            )
        };
        let more = [
            attribute(hostile, hostile),
            attribute(unseen, unseen),
            attribute("long", &long),
            attribute("empty", ""),
            attribute(&"n".repeat(1_000), "v"),
        ]
        .concat();
        let end = "</saml:AttributeStatement>";
        let told = |xml: String| xml.replace(end, &format!("{more}{end}"));
        let within = |tag: &'static str, value: String| {
            move |xml: String| {
                let (open, close) = (format!("<saml:{tag}>"), format!("</saml:{tag}>"));
                let at = xml.find("<saml:Assertion").unwrap();
                let (outer, inner) = xml.split_at(at);
                let (before, rest) = inner.split_once(&open).unwrap();
                let (_, after) = rest.split_once(&close).unwrap();
                format!("{outer}{before}{open}{value}{close}{after}")
            }
        };
        for value in [hostile.to_owned(), format!("{hostile}{unseen}"), long.clone()] {
            for tag in ["Audience", "Issuer"] {
                let change = within(tag, value.clone());
                let reference = attempt(&house, &acme, |xml| change(told(xml))).await;
                let page = house.get(&mut owner, &format!("/trace/{reference}")).await;
                sound(&page);
                assert!(page.body.contains("Failed: <code>"), "{}", page.body);
                assert!(page.body.len() < 3 * LIMIT, "{} bytes", page.body.len());
                let fields = [("csrf", &*page.field("csrf"))];
                let shown =
                    house.post(&mut owner, &format!("/trace/{reference}/reveal"), &fields).await;
                for page in [&page, &shown] {
                    sound(page);
                    for no in ['\u{202e}', '\u{2066}', '\u{200b}'] {
                        assert!(!page.body.contains(no), "{no:?} in {}", page.body);
                    }
                }
                assert!(shown.body.contains("a\\u{202e}b\\u{2066}c\\u{200b}"));
                assert!(shown.body.contains("&#60;img src=x onerror=alert(1)&#62;"));
                assert!(shown.body.contains("Some were left out or cut"));
                assert!(shown.body.len() < 8 * LIMIT, "{} bytes", shown.body.len());
            }
        }
    });
}

#[test]
fn an_answer_out_of_its_time_is_kept_with_the_times_it_names() {
    run(async {
        let house = house::open().await;
        let mut owner = Browser::new();
        house.set_up(&mut owner).await;
        let acme = Tenant::open(&house, "acme").await;
        let api = Admin::open(&house, None).await;
        for (behind, verdict, code) in [
            (20, "too late", "saml_issued_before_request"),
            (-20, "too early", "saml_not_yet_valid"),
        ] {
            house.wait(SECOND);
            let mut ann = Browser::new();
            let asked = house.get(&mut ann, "/o/acme").await;
            let handle = sent(&asked, "RelayState").unwrap();
            let now = house.hub.now();
            let made = now.plus(-behind * MINUTE);
            acme.post(&house, &handle, &acme.answer(made, &handle, ANN)).await;
            let reference = newest(&house).await;
            let item = api.attempt(&house, &reference).await;
            assert_eq!(item["code"], code);
            assert_eq!(
                item["received"]["window"],
                json!({
                    "issued_at": made.rfc3339(),
                    "not_before": made.plus(-5 * MINUTE).rfc3339(),
                    "not_on_or_after": made.plus(5 * MINUTE).rfc3339(),
                    "judged_at": now.rfc3339(),
                    "tolerance_ms": 3 * MINUTE,
                })
            );
            let page = house.get(&mut owner, &format!("/trace/{reference}")).await;
            sound(&page);
            assert!(page.body.contains("<text class=\"strong bad\""), "{}", page.body);
            assert!(page.body.contains(&format!("now: {verdict}")), "{}", page.body);
            assert!(page.body.len() < LIMIT, "{} bytes", page.body.len());
        }
    });
}

#[test]
fn an_answer_is_over_when_the_first_of_what_has_to_hold_is() {
    run(async {
        let house = house::open().await;
        let acme = Tenant::open(&house, "acme").await;
        let api = Admin::open(&house, None).await;
        // The conditions and the one confirmation, in minutes from now.
        for (conditions, confirmed, end) in [(5, 5, 5), (60, 4, 4), (4, 60, 4)] {
            let set = |xml: String, tag: &str, minutes: i64| {
                let (before, rest) = xml.split_once(tag).unwrap();
                let (attributes, after) = rest.split_once("NotOnOrAfter=\"").unwrap();
                let moment = house.hub.now().plus(minutes * MINUTE).rfc3339();
                format!("{before}{tag}{attributes}NotOnOrAfter=\"{moment}{}", &after[24..])
            };
            let change = |xml| {
                let xml = set(xml, "<saml:Conditions", conditions);
                set(xml, "<saml:SubjectConfirmationData", confirmed).replace(
                    "<saml:Issuer>https://idp.acme.test/saml</saml:Issuer>@@assertion@@",
                    "<saml:Issuer>urn:somebody</saml:Issuer>@@assertion@@",
                )
            };
            let reference = attempt(&house, &acme, change).await;
            let item = api.attempt(&house, &reference).await;
            // Whatever else it is refused for, and before its times were looked at.
            assert_eq!(item["checks"].as_array().unwrap().last().unwrap()["name"], "issuer");
            let over = house.hub.now().plus(end * MINUTE).rfc3339();
            assert_eq!(item["received"]["window"]["not_on_or_after"], over, "{conditions}");
        }
    });
}

#[test]
fn openid_connect_is_drawn_in_its_own_words() {
    run(async {
        let provider = Provider::start();
        let house = house::open_among_private().await;
        let mut owner = Browser::new();
        house.set_up(&mut owner).await;
        let acme = Tenant::bare(&house, "acme").await;
        provider.connect(&house, &acme).await;
        let wiki = app(&house).await;
        let mut ann = Browser::new();
        let asked = house.get(&mut ann, &authorize(&wiki, &[("organization", "acme")])).await;
        let back = provider.vouch(house.hub.now(), &asked, ANN);
        // The token was made when the clock stood a quarter of an hour before.
        house.wait(14 * MINUTE);
        house.get(&mut ann, &back).await;
        let reference = newest(&house).await;
        let page = house.get(&mut owner, &format!("/trace/{reference}")).await;
        sound(&page);
        for told in [
            "oidc_token_expired",
            "exp 9 min 0 s ago",
            "iat 14 min 0 s ago",
            "now: too late",
            "4 asks for tokens <tspan class=\"strong\">failed here</tspan>",
            "14 min 0 s later",
            "<dt>App</dt><dd><bdi>Wiki</bdi>",
        ] {
            assert!(page.body.contains(told), "{told} in {}", page.body);
        }
        assert!(page.body.len() < LIMIT, "{} bytes", page.body.len());
        let api = Admin::open(&house, None).await;
        let item = api.attempt(&house, &reference).await;
        let window = &item["received"]["window"];
        assert_eq!(
            (window["not_before"].clone(), window["issued_at"].is_string()),
            (Value::Null, true)
        );
    });
}

#[test]
fn attempts_that_got_nowhere_have_a_page_too() {
    run(async {
        let house = house::open_at("https://acme.test/sso", &[]).await;
        let mut owner = Browser::new();
        let token = house.token.clone().unwrap();
        let page = house.get(&mut owner, "/sso/setup").await;
        let csrf = page.field("csrf");
        let mut fields = house::claim(&token).to_vec();
        fields.push(("csrf", &csrf));
        house.post(&mut owner, "/sso/setup", &fields).await;
        for (path, told) in [
            ("/sso/o/nowhere", "1 comes to sign in <tspan class=\"strong\">failed here</tspan>"),
            ("/sso/oidc/callback?state=unknown&code=x", "1 something unasked <tspan"),
        ] {
            house.wait(SECOND);
            house.get(&mut Browser::new(), path).await;
            let reference = newest(&house).await;
            let page = house.get(&mut owner, &format!("/sso/trace/{reference}")).await;
            sound(&page);
            assert!(page.body.contains(told), "{told} in {}", page.body);
            assert!(page.body.contains("href=\"/sso/assets/trace.css?v="));
            assert!(page.body.contains("href=\"/sso/trace\""), "{}", page.body);
            // Nothing personal, nothing to reveal; no answer, no window.
            assert!(!page.body.contains("<form") && !page.body.contains("<table"));
            assert!(!page.body.contains("When the answer holds"));
        }
    });
}
