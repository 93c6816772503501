//! One sign-in, as browser, identity provider and app go through it, in five requests.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use crate::clock;
use crate::http::{Answer, Connection, Request, Target, encode, parameter, path_of};
use crate::saml::{self, Idp, ServiceProvider};

/// A request of a sign-in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Authorize,
    Acs,
    Finish,
    Token,
    Userinfo,
}

impl Step {
    pub const ALL: [Self; 5] =
        [Self::Authorize, Self::Acs, Self::Finish, Self::Token, Self::Userinfo];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Authorize => "GET /oauth2/authorize",
            Self::Acs => "POST /saml/../acs",
            Self::Finish => "GET /login/finish",
            Self::Token => "POST /oauth2/token",
            Self::Userinfo => "GET /oauth2/userinfo",
        }
    }
}

/// An app that signs people in.
#[derive(Clone)]
pub struct App {
    pub algorithm: &'static str,
    pub client_id: String,
    pub client_secret: String,
}

pub const REDIRECT_URI: &str = "https://app.bench.test/callback";
pub const ORGANIZATION: &str = "acme";
/// People who sign in, again and again.
pub const PEOPLE: usize = 500;
const VERIFIER: &str = "bench-verifier-bench-verifier-bench-verifier";

/// Between whom sign-ins happen.
#[derive(Clone)]
pub struct World {
    pub target: Target,
    /// Answers are Doorward's own, not the floor's replay of them.
    pub genuine: bool,
    pub idp: Arc<Idp>,
    pub provider: ServiceProvider,
    pub app: App,
    /// Counts sign-ins of the whole run: assertions and states are never repeated.
    pub serial: Arc<AtomicUsize>,
}

/// One sign-in on its way.
#[derive(Default)]
pub struct Journey {
    serial: usize,
    cookies: String,
    request: String,
    relay_state: String,
    next: String,
    code: String,
    access_token: String,
}

impl Journey {
    pub fn begin(world: &World) -> Self {
        Self { serial: world.serial.fetch_add(1, Ordering::Relaxed), ..Self::default() }
    }

    /// Sends one request and checks its answer. The time is that of the request alone.
    pub async fn step(
        &mut self,
        step: Step,
        world: &World,
        connection: &mut Connection,
    ) -> (Duration, Answer) {
        let request = self.request(step, world);
        let start = clock::instant();
        let answer = connection.send(request).await.unwrap();
        let took = start.elapsed();
        let wanted = if matches!(step, Step::Token | Step::Userinfo) { 200 } else { 303 };
        let answer = answer.expect(wanted, step.name());
        // Some browsers are asked to show their cookies once more, which is part of the price.
        let location = answer.header("location").unwrap_or_default();
        if matches!(step, Step::Finish) && world.genuine && location.contains("&round=") {
            assert!(!self.next.contains("&round="), "sent round twice");
            self.next = path_of(location).to_owned();
            let (again, answer) = Box::pin(self.step(step, world, connection)).await;
            return (took + again, answer);
        }
        self.take(step, world, &answer);
        (took, answer)
    }

    /// The nonce its ID token has to carry.
    pub fn nonce(&self) -> String {
        format!("nonce-{:016x}", self.serial)
    }

    fn state(&self) -> String {
        format!("state-{:016x}", self.serial)
    }

    fn request(&self, step: Step, world: &World) -> Request {
        let target = &world.target;
        match step {
            Step::Authorize => Request::get(&self.authorize(world), target).end(),
            Step::Acs => {
                let person = self.serial % PEOPLE;
                let Journey { request, relay_state, serial, .. } = self;
                let response = world.idp.response(&world.provider, request, person, *serial);
                let (response, relay_state) = (encode(&response), encode(relay_state));
                // Comes from the provider's site: a browser sends no cookies of ours along.
                Request::new("POST", path_of(&world.provider.acs_url), target)
                    .header("origin", "https://idp.bench.test")
                    .form(&format!("SAMLResponse={response}&RelayState={relay_state}"))
            }
            Step::Finish => Request::get(&self.next, target).header("cookie", &self.cookies).end(),
            Step::Token => {
                let App { client_id, client_secret, .. } = &world.app;
                let basic = format!("{}:{}", encode(client_id), encode(client_secret));
                let (code, redirect_uri) = (encode(&self.code), encode(REDIRECT_URI));
                Request::new("POST", "/oauth2/token", target)
                    .header("authorization", &format!("Basic {}", STANDARD.encode(basic)))
                    .form(&format!(
                        "grant_type=authorization_code&code={code}&redirect_uri={redirect_uri}\
                         &code_verifier={VERIFIER}"
                    ))
            }
            Step::Userinfo => Request::get("/oauth2/userinfo", target)
                .header("authorization", &format!("Bearer {}", self.access_token))
                .end(),
        }
    }

    fn authorize(&self, world: &World) -> String {
        format!(
            "/oauth2/authorize?response_type=code&client_id={client}&redirect_uri={redirect_uri}\
             &scope=openid%20email%20profile&state={state}&nonce={nonce}\
             &code_challenge={challenge}&code_challenge_method=S256&organization={ORGANIZATION}",
            client = encode(&world.app.client_id),
            redirect_uri = encode(REDIRECT_URI),
            state = self.state(),
            nonce = self.nonce(),
            challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, VERIFIER.as_bytes())),
        )
    }

    fn take(&mut self, step: Step, world: &World, answer: &Answer) {
        let location = answer.header("location").unwrap_or_default();
        match step {
            Step::Authorize => {
                assert!(location.starts_with(saml::SSO_URL), "authorize leads to {location}");
                self.request = saml::request_id(&parameter(location, "SAMLRequest").unwrap());
                self.relay_state = parameter(location, "RelayState").unwrap();
                self.cookies = answer.cookies().collect::<Vec<_>>().join("; ");
            }
            Step::Acs => self.next = path_of(location).to_owned(),
            Step::Finish => {
                assert!(location.starts_with(REDIRECT_URI), "finish leads to {location}");
                self.code = parameter(location, "code").unwrap();
                let state = parameter(location, "state").unwrap();
                assert!(state == self.state() || !world.genuine, "a foreign state: {state}");
            }
            Step::Token => {
                self.access_token = text(&answer.body, "access_token").to_owned();
                assert!(!text(&answer.body, "id_token").is_empty(), "an empty ID token");
            }
            Step::Userinfo => {
                let email = format!("person{}@bench.test", self.serial % PEOPLE);
                let own = text(&answer.body, "email") == email;
                assert!(own || !world.genuine, "userinfo of somebody else: {}", answer.body);
            }
        }
    }
}

/// A text of a flat JSON object without escapes.
pub fn text<'a>(json: &'a str, name: &str) -> &'a str {
    let key = format!("\"{name}\":");
    let (_, rest) = json.split_once(&key).unwrap();
    rest.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next()).unwrap()
}
