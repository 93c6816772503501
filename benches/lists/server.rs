//! The real binary over a data folder, and the least of an HTTP client.

use std::cell::RefCell;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

/// The binary to measure: named by `DOORWARD_BIN`, else what `./install.sh` builds.
fn binary() -> PathBuf {
    let built = || {
        let triple = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
        let target = std::env::var_os("CARGO_TARGET_DIR")
            .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target"), PathBuf::from);
        target.join(triple).join("release/doorward")
    };
    let path = std::env::var_os("DOORWARD_BIN").map_or_else(built, PathBuf::from);
    let remedy = "run ./install.sh --build-only first, or name a binary in DOORWARD_BIN";
    assert!(path.is_file(), "there is no {}: {remedy}", path.display());
    path.canonicalize().unwrap()
}

/// The password of the one owner, for looking at the folder in a browser.
const PASSWORD: &str = "a long sentence for the owner";

fn token_file(folder: &Path) -> PathBuf {
    folder.join("token")
}

/// The token of a folder that was filled before.
pub fn token_in(folder: &Path) -> Option<String> {
    fs::read_to_string(token_file(folder)).ok()
}

/// Notes that a folder is filled.
pub fn keep_token(folder: &Path, token: &str) {
    fs::write(token_file(folder), token).unwrap();
}

/// An owner, a token of the API, and one connection for others to be made after.
pub fn prepare(folder: &Path) -> String {
    fs::create_dir_all(folder).unwrap();
    let owner = ["owner", "create", "--email", "owner@example.org", "--name", "Olive Owner"];
    command(folder, &[&owner[..], &["--organization", "Home", "--password-stdin"]].concat());
    let token = command(folder, &["token", "create", "--name", "lists"]);
    let server = Server::start(folder, &token);
    let organization = server.post("/organizations", &json!({ "name": "Template" }));
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
    let certificate = rcgen::CertificateParams::new(vec!["idp.example".to_owned()]).unwrap();
    server.post(
        "/connections",
        &json!({
            "organization": organization["id"],
            "name": "Template",
            "protocol": "saml",
            "config": {
                "idp_entity_id": "https://idp.example/saml",
                "sso_url": "https://idp.example/saml/sso",
                "certificate": certificate.self_signed(&key).unwrap().pem(),
            },
        }),
    );
    for name in ["Payroll", "Wiki"] {
        let app = json!({ "name": name, "redirect_uris": ["https://app.example/callback"] });
        server.post("/apps", &app);
    }
    token
}

fn command(folder: &Path, arguments: &[&str]) -> String {
    let mut child = Command::new(binary())
        .args(arguments)
        .arg("--data")
        .arg(folder.join("data"))
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(format!("{PASSWORD}\n").as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "doorward {} failed", arguments.join(" "));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// A running server; it ends with this.
pub struct Server {
    child: Child,
    address: SocketAddr,
    token: String,
    stream: RefCell<TcpStream>,
}

impl Server {
    /// Starts the binary on a free port of loopback.
    pub fn start(folder: &Path, token: &str) -> Self {
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let child = Command::new(binary())
            .args(["serve", "--listen", &address.to_string()])
            .args(["--public-url", &format!("http://{address}"), "--data"])
            .arg(folder.join("data"))
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(fs::File::create(folder.join("log")).unwrap())
            .spawn()
            .unwrap();
        let connect = || {
            for _ in 0..6_000 {
                if let Ok(stream) = TcpStream::connect(address) {
                    return stream;
                }
                std::thread::sleep(Duration::from_millis(10));
            }
            TcpStream::connect(address).unwrap()
        };
        let stream = RefCell::new(connect());
        stream.borrow().set_nodelay(true).unwrap();
        Self { child, address, token: token.to_owned(), stream }
    }

    /// The text of what stands there.
    pub fn get(&self, path: &str) -> String {
        self.send("GET", path, None)
    }

    /// The same, read.
    pub fn item(&self, path: &str) -> Value {
        serde_json::from_str(&self.get(path)).unwrap()
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        serde_json::from_str(&self.send("POST", path, Some(&body.to_string()))).unwrap()
    }

    fn send(&self, method: &str, path: &str, body: Option<&str>) -> String {
        let (address, token) = (self.address, &self.token);
        let body = body.unwrap_or_default();
        let length = body.len();
        let request = format!(
            "{method} /api/v1{path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\n\
             content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
        );
        let mut stream = self.stream.borrow_mut();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        let mut part = [0; 64 << 10];
        loop {
            let read = stream.read(&mut part).unwrap();
            assert!(read > 0, "{method} {path}: the answer breaks off");
            answer.extend_from_slice(&part[..read]);
            let text = String::from_utf8_lossy(&answer);
            let Some((head, rest)) = text.split_once("\r\n\r\n") else { continue };
            let lower = head.to_ascii_lowercase();
            let length = lower.split("content-length: ").nth(1).unwrap();
            let length: usize = length.split("\r\n").next().unwrap().parse().unwrap();
            if answer.len() < head.len() + 4 + length {
                continue;
            }
            assert!(head.starts_with("HTTP/1.1 20"), "{method} {path}: {text}");
            return rest.to_owned();
        }
    }

    /// CPU time of all its threads, in milliseconds.
    pub fn cpu_ms(&self) -> f64 {
        let threads = fs::read_dir(format!("/proc/{}/task", self.child.id())).unwrap();
        let nanoseconds = threads.map(|thread| {
            let text = fs::read_to_string(thread.unwrap().path().join("schedstat")).unwrap();
            text.split(' ').next().unwrap().parse::<u64>().unwrap()
        });
        nanoseconds.sum::<u64>() as f64 / 1e6
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        self.child.wait().unwrap();
    }
}
