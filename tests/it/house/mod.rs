//! A house of one's own: a data folder that goes away, a clock that stands until it is moved,
//! and browsers that keep cookies.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use actix_web::body::{BoxBody, to_bytes};
use actix_web::cookie::Cookie;
use actix_web::dev::{Payload, Service, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{ContentType, HeaderMap};
use actix_web::rt::System;
use actix_web::test::{TestRequest, init_service};
use actix_web::web;
use doorward::config::Config;
use doorward::flows::setup;
use doorward::http::{self, console::Console};
use doorward::hub::Hub;
use doorward::model::public_url::PublicUrl;
use doorward::model::rng::{Rng, SystemRng};
use doorward::model::time::{Clock, Millis};
use doorward::store::{Page, StoreError, Tx, sessions};
use futures_util::stream;
use serde_json::Value;
use tokio::sync::oneshot;

/// What everybody's password is.
pub const PASSWORD: &str = "a long walk by the sea";

/// A clock that stands until it is moved.
pub struct StandingClock(AtomicI64);

impl Clock for StandingClock {
    fn now(&self) -> Millis {
        Millis(self.0.load(Ordering::SeqCst))
    }
}

/// The application, called without the types it is made of: with a request, and the body it comes
/// with when that is not the request's own.
type App = Box<dyn Fn(TestRequest, Option<Payload>) -> Pin<Box<dyn Future<Output = Drawn>>>>;
type Drawn = ServiceResponse<BoxBody>;

/// The house.
pub struct House {
    app: App,
    pub hub: Hub,
    pub token: Option<String>,
    clock: Arc<StandingClock>,
    _folder: tempfile::TempDir,
}

/// Runs a test that is async.
pub fn run<T>(test: impl Future<Output = T>) -> T {
    System::new().block_on(test)
}

/// A new house at `http://localhost:8080`, first run pending.
pub async fn open() -> House {
    open_at("http://localhost:8080", &[]).await
}

/// A new house that may call providers on loopback.
pub async fn open_among_private() -> House {
    open_with(|config| config.allow_private_idps = true).await
}

/// A new house that may call providers on loopback and looks for proofs at this name server.
pub async fn open_asking(server: SocketAddr) -> House {
    let change = |config: &mut Config| {
        config.allow_private_idps = true;
        config.dns_servers = vec![server];
    };
    open_with(change).await
}

/// A new house at `url`, behind `proxies`.
pub async fn open_at(url: &str, proxies: &[&str]) -> House {
    let proxies = proxies.iter().map(|p| p.parse().unwrap()).collect();
    open_at_with(url, |config| config.trusted_proxies = proxies).await
}

/// A new house whose randomness is `rng`.
pub async fn open_drawing(rng: Arc<dyn Rng>) -> House {
    build("http://localhost:8080", rng, |_| {}).await
}

/// A new house with options of its own.
pub async fn open_with(change: impl FnOnce(&mut Config)) -> House {
    open_at_with("http://localhost:8080", change).await
}

async fn open_at_with(url: &str, change: impl FnOnce(&mut Config)) -> House {
    build(url, Arc::new(SystemRng), change).await
}

/// A new house at `url` with this console.
pub async fn open_with_console(url: &str, console: Arc<Console>) -> House {
    furnish(url, Arc::new(SystemRng), |_| {}, console).await
}

async fn build(url: &str, rng: Arc<dyn Rng>, change: impl FnOnce(&mut Config)) -> House {
    furnish(url, rng, change, Console::embedded()).await
}

async fn furnish(
    url: &str,
    rng: Arc<dyn Rng>,
    change: impl FnOnce(&mut Config),
    console: Arc<Console>,
) -> House {
    let folder = tempfile::tempdir().unwrap();
    let url = PublicUrl::parse(url).unwrap();
    let mut config = Config::new(folder.path().join("data"), "127.0.0.1:0".parse().unwrap(), url);
    change(&mut config);
    let clock = Arc::new(StandingClock(AtomicI64::new(1_800_000_000_000)));
    let hub = Hub::open(config, Arc::clone(&clock) as _, rng).await.unwrap();
    let token = setup::prepare(&hub).await.unwrap().map(|t| t.into_inner());
    let service = Rc::new(init_service(http::app_with(hub.clone(), console)).await);
    let app: App = Box::new(move |request, body| {
        let service = Rc::clone(&service);
        let mut request = request.to_request();
        if let Some(body) = body {
            request = request.replace_payload(body).0;
        }
        Box::pin(async move { service.call(request).await.unwrap() })
    });
    House { app, hub, token, clock, _folder: folder }
}

/// An answer, read to its end.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    /// A header as text; empty when it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The value of a hidden or visible field.
    pub fn field(&self, name: &str) -> String {
        let at = self.body.find(&format!("name=\"{name}\"")).unwrap_or_else(|| {
            panic!("no field {name} in {} {}", self.status, self.body);
        });
        let rest = &self.body[at..];
        let from = rest.find("value=\"").unwrap() + 7;
        rest[from..].split('"').next().unwrap().to_owned()
    }
}

/// A browser: cookies, an address, and headers it adds to everything.
#[derive(Clone)]
pub struct Browser {
    pub cookies: BTreeMap<String, String>,
    pub address: SocketAddr,
    pub headers: Vec<(&'static str, String)>,
}

impl Browser {
    /// A new one at an address of documentation.
    pub fn new() -> Self {
        Self::at("192.0.2.1:50000")
    }

    /// A new one at `address`.
    pub fn at(address: &str) -> Self {
        Self { cookies: BTreeMap::new(), address: address.parse().unwrap(), headers: Vec::new() }
    }

    /// The value of a cookie.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.get(name).map(String::as_str)
    }

    fn dress(&self, mut request: TestRequest) -> TestRequest {
        for (name, value) in &self.cookies {
            request = request.cookie(Cookie::new(name.clone(), value.clone()));
        }
        for (name, value) in &self.headers {
            request = request.insert_header((*name, value.as_str()));
        }
        request.peer_addr(self.address)
    }
}

impl House {
    /// Moves the clock.
    pub fn wait(&self, milliseconds: i64) {
        self.clock.0.fetch_add(milliseconds, Ordering::SeqCst);
    }

    /// Sends any request.
    pub async fn send(&self, browser: &mut Browser, request: TestRequest) -> Answer {
        let response = (self.app)(browser.dress(request), None).await;
        Self::take(browser, response).await
    }

    /// Sends the head of a request, and its body of JSON when `meanwhile` is over.
    pub async fn send_slowly(
        &self,
        browser: &mut Browser,
        request: TestRequest,
        body: &Value,
        meanwhile: impl Future<Output = ()> + 'static,
    ) -> Answer {
        let body = web::Bytes::from(body.to_string());
        let request = request.insert_header(ContentType::json());
        let late = stream::once(async move {
            meanwhile.await;
            Ok(body)
        });
        let late: Payload = Payload::Stream { payload: Box::pin(late) };
        let response = (self.app)(browser.dress(request), Some(late)).await;
        Self::take(browser, response).await
    }

    /// Sends a request and has every session end after it was looked up who is signed in, and
    /// before anything is written.
    pub async fn overtaken(&self, browser: &mut Browser, request: TestRequest) -> Answer {
        let (held, is_held) = oneshot::channel();
        let (end, may_end) = std::sync::mpsc::channel::<()>();
        let writer = self.write(move |tx| {
            held.send(()).unwrap();
            may_end.recv().unwrap();
            for session in sessions::list(tx, None, None, &Page::first(9))? {
                sessions::end(tx, &session.id)?;
            }
            Ok(())
        });
        let asked = async {
            is_held.await.unwrap();
            let meanwhile = async {
                // What is read later waits for what is read before.
                for _ in 0..50 {
                    self.read(|_| Ok(())).await;
                }
                end.send(()).unwrap();
            };
            tokio::join!(self.send(browser, request), meanwhile).0
        };
        tokio::join!(writer, asked).1
    }

    async fn take(browser: &mut Browser, response: Drawn) -> Answer {
        for cookie in response.response().cookies() {
            let gone = cookie.max_age().is_some_and(|age| age.is_zero());
            if gone {
                browser.cookies.remove(cookie.name());
            } else {
                browser.cookies.insert(cookie.name().to_owned(), cookie.value().to_owned());
            }
        }
        let (status, headers) = (response.status(), response.headers().clone());
        let body = to_bytes(response.into_body()).await.unwrap_or_default();
        Answer { status, headers, body: String::from_utf8(body.to_vec()).unwrap() }
    }

    /// Opens a page.
    pub async fn get(&self, browser: &mut Browser, path: &str) -> Answer {
        self.send(browser, TestRequest::get().uri(path)).await
    }

    /// Sends a form.
    pub async fn post(&self, browser: &mut Browser, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(browser, TestRequest::post().uri(path).set_form(fields)).await
    }

    /// Opens the page and sends its form from there, as a person would.
    pub async fn fill(&self, browser: &mut Browser, path: &str, fields: &[(&str, &str)]) -> Answer {
        let page = self.get(browser, path).await;
        let csrf = page.field("csrf");
        let mut fields = fields.to_vec();
        fields.push(("csrf", &csrf));
        self.post(browser, path.split('?').next().unwrap(), &fields).await
    }

    /// Goes through the first run.
    pub async fn set_up(&self, browser: &mut Browser) -> Answer {
        let token = self.token.clone().unwrap();
        self.fill(browser, "/setup", &claim(&token)).await
    }

    /// Tries the owner's door.
    pub async fn sign_in(&self, browser: &mut Browser, email: &str, password: &str) -> Answer {
        self.fill(browser, "/owner", &[("email", email), ("password", password)]).await
    }

    /// Looks into the store.
    pub async fn read<T: Send + 'static>(
        &self,
        f: impl FnOnce(&Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> T {
        self.hub.store.read(f).await.unwrap()
    }

    /// Changes the store.
    pub async fn write<T: Send + 'static>(
        &self,
        f: impl FnOnce(&Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> T {
        self.hub.store.write(f).await.unwrap()
    }
}

/// The fields of the set-up page.
pub fn claim(token: &str) -> [(&str, &str); 5] {
    [
        ("token", token),
        ("name", "Ann Owner"),
        ("email", "Ann@Acme.test"),
        ("password", PASSWORD),
        ("organization", "Acme"),
    ]
}
