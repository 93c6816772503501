//! The floor: what a sign-in costs at least. A bare actix program that replays Doorward's own
//! answers, header for header, and besides does only the work no broker can leave out: the
//! digest of the response, one RSA-2048 verification, one ID-token signature, one durable
//! commit (shared with whoever commits at the same moment). The durable floor commits at each of
//! the four steps that Doorward keeps on disk before it answers, and reads nothing.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{App, HttpResponse, HttpServer, web};
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, ParsedPublicKey,
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

use crate::http::{Answer, Target};

/// What Doorward answered, to be replayed.
#[derive(Clone, Serialize, Deserialize)]
pub struct Recorded {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

impl Recorded {
    /// Without the two headers that actix writes itself.
    pub fn of(answer: &Answer) -> Self {
        let own = |name: &str| ["date", "content-length"].contains(&name);
        let headers = answer
            .headers()
            .filter(|(name, _)| !own(&name.to_ascii_lowercase()))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        Self { status: answer.status, headers, body: answer.body.clone() }
    }
}

/// What a floor is told: the algorithm, what is kept, and the answers in the order of the steps.
#[derive(Clone, Serialize, Deserialize)]
pub struct Plan {
    pub algorithm: String,
    /// Whether each of the first four steps is committed, not the third alone.
    pub durable: bool,
    pub answers: Vec<Recorded>,
}

/// A running floor.
pub struct Floor {
    child: Child,
    pub target: Target,
}

impl Floor {
    /// Starts this program once more, as a floor.
    pub fn start(plan: &Plan, folder: &Path) -> Self {
        let file = folder.join(format!("floor-{}-{}.json", plan.algorithm, plan.durable));
        std::fs::write(&file, serde_json::to_vec(plan).unwrap()).unwrap();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .arg("--floor")
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { child, target: Target { address: line.trim().parse().unwrap() } }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Floor {
    fn drop(&mut self) {
        // It may have ended already; then there is nobody to stop.
        let _gone = self.child.kill();
        let _ended = self.child.wait();
    }
}

/// Answers until it is stopped; says where on standard output.
pub fn run(file: &Path) {
    let plan: Plan = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let work = web::Data::new(Work::new(plan, file.with_extension("db")));
    let server = HttpServer::new(move || {
        App::new()
            .app_data(work.clone())
            .route("/oauth2/authorize", web::get().to(authorize))
            .route("/saml/{connection}/acs", web::post().to(acs))
            .route("/login/finish", web::get().to(finish))
            .route("/oauth2/token", web::post().to(token))
            .route("/oauth2/userinfo", web::get().to(userinfo))
    })
    .workers(std::thread::available_parallelism().map_or(2, usize::from).clamp(2, 16))
    .bind(("127.0.0.1", 0))
    .unwrap();
    println!("{}", server.addrs()[0]);
    std::io::stdout().flush().unwrap();
    actix_web::rt::System::new().block_on(server.run()).unwrap();
}

async fn authorize(work: web::Data<Work>) -> HttpResponse {
    work.commit(work.durable).await;
    work.replay(0)
}

async fn acs(work: web::Data<Work>, body: web::Bytes) -> HttpResponse {
    let covered = digest(&SHA256, &body);
    assert!(covered.as_ref().len() == 32, "no digest");
    work.verifier.verify_sig(&work.signed, &work.signature).unwrap();
    work.commit(work.durable).await;
    work.replay(1)
}

async fn finish(work: web::Data<Work>) -> HttpResponse {
    work.commit(true).await;
    work.replay(2)
}

// The form is read, as any server has to.
async fn token(work: web::Data<Work>, form: web::Bytes) -> HttpResponse {
    assert!(!form.is_empty(), "an empty form");
    work.commit(work.durable).await;
    let signature = URL_SAFE_NO_PAD.encode(work.signer.sign(work.id_token.as_bytes()));
    let (before, after) = &work.around;
    let body = [before.as_str(), &work.id_token, ".", &signature, after].concat();
    work.build(3).body(body)
}

async fn userinfo(work: web::Data<Work>) -> HttpResponse {
    work.replay(4)
}

/// An answer, ready to be sent again.
type Replay = (StatusCode, Vec<(HeaderName, HeaderValue)>, web::Bytes);

/// All a floor needs, made once.
struct Work {
    answers: Vec<Replay>,
    durable: bool,
    /// Signing input of the recorded ID token, and what stands before and after the token.
    id_token: String,
    around: (String, String),
    signer: Signer,
    verifier: ParsedPublicKey,
    signed: Vec<u8>,
    signature: Vec<u8>,
    writer: SyncSender<oneshot::Sender<()>>,
}

impl Work {
    fn new(plan: Plan, database: std::path::PathBuf) -> Self {
        let token = crate::journey::text(&plan.answers[3].body, "id_token").to_owned();
        let (before, after) = plan.answers[3].body.split_once(&token).unwrap();
        let around = (before.to_owned(), after.to_owned());
        let key = KeyPair::generate(KeySize::Rsa2048).unwrap();
        let signed = vec![b'x'; 800];
        let signature = Signer::Rsa(key).sign_with_key(&signed);
        let (writer, jobs) = sync_channel(1_024);
        std::thread::spawn(move || write(&database, &jobs));
        Self {
            answers: plan.answers.into_iter().map(parse).collect(),
            durable: plan.durable,
            id_token: token.rsplit_once('.').unwrap().0.to_owned(),
            around,
            signer: Signer::new(&plan.algorithm),
            verifier: signature.0,
            signed,
            signature: signature.1,
            writer,
        }
    }

    async fn commit(&self, wanted: bool) {
        if wanted {
            let (done, committed) = oneshot::channel();
            self.writer.send(done).unwrap();
            committed.await.unwrap();
        }
    }

    fn build(&self, step: usize) -> actix_web::HttpResponseBuilder {
        let (status, headers, _) = &self.answers[step];
        let mut response = HttpResponse::build(*status);
        for (name, value) in headers {
            response.append_header((name.clone(), value.clone()));
        }
        response
    }

    fn replay(&self, step: usize) -> HttpResponse {
        self.build(step).body(self.answers[step].2.clone())
    }
}

fn parse(recorded: Recorded) -> Replay {
    let headers = recorded
        .headers
        .into_iter()
        .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
        .collect();
    (StatusCode::from_u16(recorded.status).unwrap(), headers, recorded.body.into())
}

enum Signer {
    Rsa(KeyPair),
    Ecdsa(EcdsaKeyPair, SystemRandom),
}

impl Signer {
    fn new(algorithm: &str) -> Self {
        match algorithm {
            "RS256" => Self::Rsa(KeyPair::generate(KeySize::Rsa2048).unwrap()),
            _ => {
                let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
                Self::Ecdsa(key, SystemRandom::new())
            }
        }
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Rsa(key) => {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature).unwrap();
                signature
            }
            Self::Ecdsa(key, random) => key.sign(random, message).unwrap().as_ref().to_vec(),
        }
    }

    // The signature that stands for the identity provider's, and the key that verifies it.
    fn sign_with_key(&self, message: &[u8]) -> (ParsedPublicKey, Vec<u8>) {
        let Self::Rsa(key) = self else { unreachable!("identity providers sign with RSA here") };
        let public = key.public_key().as_ref();
        let verifier = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public).unwrap();
        (verifier, self.sign(message))
    }
}

fn write(database: &Path, jobs: &Receiver<oneshot::Sender<()>>) {
    let connection = Connection::open(database).unwrap();
    connection.pragma_update(None, "journal_mode", "wal").unwrap();
    connection.pragma_update(None, "synchronous", "full").unwrap();
    connection
        .execute_batch("CREATE TABLE logins (id INTEGER PRIMARY KEY, data TEXT NOT NULL) STRICT")
        .unwrap();
    let data = "x".repeat(500);
    while let Ok(first) = jobs.recv() {
        connection.execute_batch("BEGIN IMMEDIATE").unwrap();
        let mut waiting = vec![first];
        waiting.extend(jobs.try_iter().take(63));
        for _ in &waiting {
            let mut insert =
                connection.prepare_cached("INSERT INTO logins (data) VALUES (?1)").unwrap();
            insert.execute([&data]).unwrap();
        }
        connection.execute_batch("COMMIT").unwrap();
        for done in waiting {
            // Whoever asked may have gone.
            let _unheard = done.send(());
        }
    }
}
