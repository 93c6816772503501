//! A name server on loopback, over UDP and TCP, that answers what it is told to (RFC 1035).

use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::sync::{Arc, Mutex};

/// What the server says of a name.
#[derive(Debug, Clone)]
pub enum Says {
    /// TXT records, each of one or several strings.
    Txt(Vec<Vec<Vec<u8>>>),
    /// That it is an alias.
    Alias(String),
    /// That it is there and has no such record.
    NoData,
    /// That it is not there, without the record of the zone that would prove it.
    Unproved,
    /// That it failed, by a code of RFC 1035 section 4.1.1.
    Code(u8),
    /// Nothing.
    Silence,
}

/// One TXT record of one string.
pub fn txt(text: &str) -> Says {
    Says::Txt(vec![vec![text.as_bytes().to_vec()]])
}

#[derive(Default)]
struct State {
    zone: HashMap<String, Says>,
    asked: Vec<String>,
}

/// The server. Names it was told nothing of are not there.
pub struct NameServer {
    pub address: SocketAddr,
    state: Arc<Mutex<State>>,
}

impl NameServer {
    pub fn start() -> Self {
        let (tcp, udp) = loop {
            let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
            if let Ok(udp) = UdpSocket::bind(tcp.local_addr().unwrap()) {
                break (tcp, udp);
            }
        };
        let address = tcp.local_addr().unwrap();
        let state = Arc::new(Mutex::new(State::default()));
        let known = Arc::clone(&state);
        std::thread::spawn(move || {
            let mut buffer = [0; 1_500];
            while let Ok((count, from)) = udp.recv_from(&mut buffer) {
                let Some(answer) = answer(&buffer[..count], &known, 1_232) else { continue };
                let _ = udp.send_to(&answer, from);
            }
        });
        let known = Arc::clone(&state);
        std::thread::spawn(move || {
            for mut stream in tcp.incoming().flatten() {
                let mut length = [0; 2];
                if stream.read_exact(&mut length).is_err() {
                    continue;
                }
                let mut query = vec![0; usize::from(u16::from_be_bytes(length))];
                if stream.read_exact(&mut query).is_err() {
                    continue;
                }
                let Some(answer) = answer(&query, &known, 65_535) else { continue };
                let length = u16::try_from(answer.len()).unwrap().to_be_bytes();
                let _ = stream.write_all(&[&length[..], &answer].concat());
            }
        });
        Self { address, state }
    }

    /// Says this of the name from now on.
    pub fn set(&self, name: &str, says: Says) {
        self.state.lock().unwrap().zone.insert(name.to_owned(), says);
    }

    /// Knows nothing of the name any more.
    pub fn remove(&self, name: &str) {
        self.state.lock().unwrap().zone.remove(name);
    }

    /// The names it was asked for, in lower case.
    pub fn asked(&self) -> Vec<String> {
        self.state.lock().unwrap().asked.clone()
    }
}

fn answer(query: &[u8], state: &Mutex<State>, most: usize) -> Option<Vec<u8>> {
    let (name, end) = question(query);
    let mut state = state.lock().unwrap();
    state.asked.push(name.clone());
    let zone_at = 12 + 1 + usize::from(query[12]);
    let mut answers = Vec::new();
    let (mut owner, mut name) = (vec![0xc0, 12], name);
    let (mut code, mut proved) = (0, false);
    for _ in 0..20 {
        match state.zone.get(&name).cloned().unwrap_or(Says::Code(3)) {
            Says::Txt(records) => {
                for strings in records {
                    let data: Vec<u8> = strings
                        .iter()
                        .flat_map(|s| [&[u8::try_from(s.len()).unwrap()], s.as_slice()].concat())
                        .collect();
                    answers.push(record(&owner, 16, &data));
                }
                break;
            }
            Says::Alias(target) => {
                let encoded = encode(&target);
                answers.push(record(&owner, 5, &encoded));
                (owner, name) = (encoded, target);
            }
            Says::NoData => {
                proved = true;
                break;
            }
            Says::Unproved => {
                code = 3;
                break;
            }
            Says::Code(failed) => {
                (code, proved) = (failed, failed == 3);
                break;
            }
            Says::Silence => return None,
        }
    }
    let count = u16::try_from(answers.len()).unwrap().to_be_bytes();
    let mut out =
        [&query[..2], &[0x81, 0x80 | code, 0, 1], &count, &[0, u8::from(proved), 0, 0]].concat();
    out.extend(&query[12..end]);
    out.extend(answers.concat());
    if proved {
        // The zone is what stands behind the first label; every number of it is a minute.
        let numbers = [0, 0, 0, 60].repeat(5);
        let pointer = [0xc0, u8::try_from(zone_at).unwrap()];
        out.extend(record(&pointer, 6, &[&[0, 0], &numbers[..]].concat()));
    }
    if out.len() > most {
        // Cut: everything but the question is left out.
        out.truncate(end);
        out[2] |= 2;
        out[6..12].fill(0);
    }
    Some(out)
}

/// The name that is asked for, in lower case, and where the question ends.
fn question(query: &[u8]) -> (String, usize) {
    let (mut labels, mut at) = (Vec::new(), 12);
    while query[at] != 0 {
        let length = usize::from(query[at]);
        labels.push(String::from_utf8_lossy(&query[at + 1..=at + length]).to_ascii_lowercase());
        at += length + 1;
    }
    (labels.join("."), at + 5)
}

fn encode(name: &str) -> Vec<u8> {
    let label = |label: &str| [&[u8::try_from(label.len()).unwrap()], label.as_bytes()].concat();
    name.split('.').flat_map(label).chain([0]).collect()
}

fn record(owner: &[u8], kind: u8, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap().to_be_bytes();
    [owner, &[0, kind, 0, 1, 0, 0, 0, 60], &length, data].concat()
}
