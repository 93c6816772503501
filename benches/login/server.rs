//! The real binary: found, started, stopped, set up as a machine without a browser would.

use std::fs::OpenOptions;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::clock;
use crate::http::{Connection, Request, Target, encode, parameter, path_of};
use crate::journey::{App, ORGANIZATION, REDIRECT_URI};
use crate::saml::{self, ENTITY_ID, Idp, SSO_URL, ServiceProvider};

/// The binary to measure: named by `DOORWARD_BIN`, else what `./install.sh` builds.
pub fn binary() -> Result<PathBuf, String> {
    if let Some(named) = std::env::var_os("DOORWARD_BIN") {
        let path = PathBuf::from(named);
        let missing = format!("DOORWARD_BIN: there is no {}", path.display());
        return if path.is_file() { Ok(path) } else { Err(missing) };
    }
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target"), PathBuf::from);
    let triple = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let path = target.join(triple).join("release/doorward");
    if path.is_file() {
        return Ok(path);
    }
    Err(format!(
        "{} is not there. Run ./install.sh --build-only first, or name a binary in DOORWARD_BIN",
        path.display()
    ))
}

/// A running server and its data folder.
pub struct Server {
    binary: PathBuf,
    folder: PathBuf,
    child: Child,
    pub target: Target,
}

impl Server {
    /// Starts the binary on a free port of loopback; also says how long it took to be ready.
    pub fn start(binary: &Path, folder: &Path) -> (Self, Duration) {
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        Self::start_at(binary, folder, free)
    }

    /// Stops it as a service manager would, and starts it again where it was.
    pub fn restart(mut self) -> (Self, Duration) {
        self.stop();
        Self::start_at(&self.binary, &self.folder, self.target.address)
    }

    fn start_at(binary: &Path, folder: &Path, address: SocketAddr) -> (Self, Duration) {
        let log = folder.join("log");
        let stderr = OpenOptions::new().create(true).append(true).open(&log).unwrap();
        let start = clock::instant();
        let child = Command::new(binary)
            .args(["serve", "--listen", &address.to_string()])
            .args(["--public-url", &format!("http://{address}"), "--data"])
            .arg(folder.join("data"))
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(stderr)
            .spawn()
            .unwrap();
        let (binary, folder) = (binary.to_owned(), folder.to_owned());
        let mut server = Self { binary, folder, child, target: Target { address } };
        while !ready(address) {
            let ended = server.child.try_wait().unwrap();
            let waited = start.elapsed() > Duration::from_secs(20);
            assert!(ended.is_none() && !waited, "the server does not get ready:\n{}", end(&log));
            std::thread::sleep(Duration::from_millis(1));
        }
        (server, start.elapsed())
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    fn stop(&mut self) {
        // Once it was waited for, nothing of it is left and this does nothing.
        if let Ok(None) = self.child.try_wait() {
            let pid = self.pid().to_string();
            Command::new("kill").args(["-TERM", &pid]).status().unwrap();
            self.child.wait().unwrap();
        }
    }

    fn command(&self, args: &[&str], input: &str) -> String {
        let mut child = Command::new(&self.binary)
            .args(args)
            .arg("--data")
            .arg(self.folder.join("data"))
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let why = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "doorward {} failed: {why}", args.join(" "));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

fn end(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(5)..].join("\n")
}

fn ready(address: SocketAddr) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect(address)?;
        let line = "GET /health/ready HTTP/1.1\r\nhost: bench\r\nconnection: close\r\n\r\n";
        stream.write_all(line.as_bytes())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer.starts_with("HTTP/1.1 200"))
    };
    ask().unwrap_or(false)
}

/// What the set-up made.
pub struct Installation {
    pub provider: ServiceProvider,
    pub apps: Vec<App>,
}

/// An owner, an organization with one SAML connection, and an app for each algorithm.
pub async fn set_up(server: &Server, idp: &Idp, algorithms: &[&'static str]) -> Installation {
    server.command(
        &[
            "owner",
            "create",
            "--email",
            "owner@bench.test",
            "--name",
            "Olivia Owner",
            "--organization",
            "Bench",
            "--password-stdin",
        ],
        "correct horse battery staple\n",
    );
    let token = server.command(&["token", "create", "--name", "bench"], "");
    let mut api = Api { target: server.target.clone(), token };
    let organization =
        api.post("/organizations", &json!({ "name": "Acme", "path": ORGANIZATION })).await;
    let connection = api
        .post(
            "/connections",
            &json!({
                "organization": organization["id"],
                "name": "Acme's provider",
                "protocol": "saml",
                "config": {
                    "idp_entity_id": ENTITY_ID,
                    "sso_url": SSO_URL,
                    "certificate": idp.certificate,
                },
            }),
        )
        .await;
    let id = string(&connection["id"]);
    let names = &connection["service_provider"];
    let provider = ServiceProvider {
        entity_id: string(&names["entity_id"]),
        acs_url: string(&names["acs_url"]),
    };
    let test = api.post(&format!("/connections/{id}/test"), &json!({})).await;
    run_test(&server.target, idp, &provider, &string(&test["url"])).await;
    api.post(&format!("/connections/{id}/activate"), &json!({})).await;
    assert!(path_of(&provider.acs_url).ends_with("/acs"), "the ACS is {}", provider.acs_url);
    let mut apps = Vec::new();
    for &algorithm in algorithms {
        let app = json!({
            "name": format!("App {algorithm}"),
            "redirect_uris": [REDIRECT_URI],
            "signing_algorithm": algorithm,
        });
        let app = api.post("/apps", &app).await;
        let client_id = string(&app["client_id"]);
        let client_secret = string(&app["client_secret"]);
        apps.push(App { algorithm, client_id, client_secret });
    }
    Installation { provider, apps }
}

/// Goes through the test sign-in that lets the connection go into use.
async fn run_test(target: &Target, idp: &Idp, provider: &ServiceProvider, url: &str) {
    let mut connection = Connection::open(target).await.unwrap();
    let page = connection.send(Request::get(path_of(url), target).end()).await.unwrap();
    let page = page.expect(200, "the test's link");
    let held = page.cookies().collect::<Vec<_>>().join("; ");
    let fields = ["csrf", "link"].map(|name| format!("{name}={}", hidden(&page.body, name)));
    let pressed = Request::new("POST", "/login/test", target)
        .header("origin", &format!("http://{}", target.address))
        .header("cookie", &held)
        .form(&fields.join("&"));
    let asked = connection.send(pressed).await.unwrap().expect(303, "the test's button");
    let location = asked.header("location").unwrap_or_default();
    let request = saml::request_id(&parameter(location, "SAMLRequest").unwrap());
    let relay_state = encode(&parameter(location, "RelayState").unwrap());
    let response = encode(&idp.response(provider, &request, 0, usize::MAX));
    let brought = Request::new("POST", path_of(&provider.acs_url), target)
        .header("origin", "https://idp.bench.test")
        .form(&format!("SAMLResponse={response}&RelayState={relay_state}"));
    let brought = connection.send(brought).await.unwrap().expect(303, "the test's answer");
    let cookies = page.cookies().chain(asked.cookies()).collect::<Vec<_>>().join("; ");
    let mut next = path_of(brought.header("location").unwrap_or_default()).to_owned();
    for wanted in [303, 200] {
        let request = Request::get(&next, target).header("cookie", &cookies).end();
        let answer = connection.send(request).await.unwrap().expect(wanted, "the test's end");
        path_of(answer.header("location").unwrap_or_default()).clone_into(&mut next);
    }
}

/// What a page's form says in a field nobody sees.
fn hidden<'p>(page: &'p str, name: &str) -> &'p str {
    let start = format!("name=\"{name}\" value=\"");
    let (_, rest) = page.split_once(&start).unwrap();
    rest.split('"').next().unwrap()
}

struct Api {
    target: Target,
    token: String,
}

impl Api {
    async fn post(&mut self, path: &str, body: &Value) -> Value {
        let mut connection = Connection::open(&self.target).await.unwrap();
        let path = format!("/api/v1{path}");
        let request = Request::new("POST", &path, &self.target)
            .header("authorization", &format!("Bearer {}", self.token))
            .header("if-match", "*")
            .body("application/json", &body.to_string());
        let answer = connection.send(request).await.unwrap();
        let wanted = if answer.status == 201 { 201 } else { 200 };
        serde_json::from_str(&answer.expect(wanted, &path).body).unwrap()
    }
}

fn string(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
