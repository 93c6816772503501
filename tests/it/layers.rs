//! The layer rule: a room names only the rooms on its line, and every line names only rooms
//! on floors below. Tests at the foot of a file may name what they like.

use crate::source::{self, Source};

/// Each room, its floor, and the rooms it may name.
const ROOMS: &[(&str, u8, &[&str])] = &[
    ("model", 1, &[]),
    ("config", 2, &["model"]),
    ("wire", 2, &["model"]),
    ("store", 3, &["model", "config"]),
    ("fetch", 3, &["model", "config"]),
    ("keys", 4, &["model", "config", "wire", "store"]),
    ("upstream", 5, &["model", "wire", "fetch", "keys"]),
    ("broker", 6, &["model", "keys", "store", "upstream"]),
    ("downstream", 7, &["model", "wire", "keys", "store", "broker"]),
    ("hub", 8, &["model", "config", "store", "fetch", "keys", "upstream"]),
    (
        "flows",
        9,
        &[
            "model",
            "config",
            "wire",
            "store",
            "fetch",
            "keys",
            "upstream",
            "broker",
            "downstream",
            "hub",
        ],
    ),
    // An owner at a browser is known by the session, and sessions are the broker's.
    ("admin", 9, &["model", "hub", "store", "keys", "upstream", "broker::session"]),
    ("jobs", 9, &["model", "hub", "store", "keys", "upstream"]),
    (
        "http",
        10,
        &[
            "model",
            "config",
            "wire::oauth",
            // What flows fail with; its mapping to a status stands in `http/problem.rs`.
            "store::StoreError",
            "broker",
            "downstream",
            "hub",
            "flows",
            "admin",
        ],
    ),
    (
        "cli",
        11,
        &["model", "config", "store", "keys", "broker", "hub", "flows", "admin", "jobs", "http"],
    ),
];

/// Outside crates that have a home, and the places that may name them.
const CRATES: &[(&str, &[&str])] = &[
    ("actix_web", &["http/", "cli/serve.rs"]),
    ("argon2", &["keys/password.rs"]),
    ("askama", &["http/"]),
    (
        "aws_lc_rs",
        &["keys/", "wire/jose/", "wire/xmldsig", "wire/x509", "model/rng.rs", "model/secret.rs"],
    ),
    ("bergshamra", &["wire/"]),
    ("clap", &["cli/", "config.rs"]),
    ("hickory_resolver", &["fetch/"]),
    ("passki", &["keys/passkey.rs"]),
    ("qrcodegen", &["http/owner/"]),
    ("reqwest", &["fetch/"]),
    ("rusqlite", &["store/"]),
    ("rust_embed", &["http/console/"]),
    ("toml", &["config.rs", "upstream/presets/"]),
    ("tracing_subscriber", &["cli/log.rs"]),
    ("uppsala", &["wire/"]),
    ("utoipa", &["admin/", "http/"]),
    ("x509_parser", &["wire/"]),
];

/// What `broker` may know of `upstream`: its proof, and nothing of how it came about.
const PROOFS: [&str; 3] =
    ["upstream::VerifiedIdentity", "upstream::UsedAssertion", "upstream::Refusal"];

fn room(path: &str) -> Option<&str> {
    let first = path.split('/').next()?.trim_end_matches(".rs");
    (!matches!(first, "lib" | "main")).then_some(first)
}

/// The modules a file stands in: `store/engine.rs` and `store/engine/mod.rs` are
/// `["store", "engine"]`.
fn modules(path: &str) -> Vec<&str> {
    path.trim_end_matches(".rs").split('/').filter(|part| *part != "mod").collect()
}

fn identifier(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    &text[..end]
}

/// Every path below the crate's root that a file names, however it is written: `crate::a::b`,
/// `use crate::{a::b, c}`, and chains of `super` that leave the room.
fn named(source: &Source) -> Vec<String> {
    let code = &source.code;
    let mut found = Vec::new();
    let modules = modules(&source.path);
    for (at, _) in code.match_indices("crate::") {
        if !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$') {
            found.extend(heads(&code[at + "crate::".len()..]));
        }
    }
    let mut rest = &code[..];
    while let Some(at) = rest.find("super::") {
        let inner = rest[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let mut tail = &rest[at..];
        let mut up = 0;
        while let Some(next) = tail.strip_prefix("super::") {
            (up, tail) = (up + 1, next);
        }
        if !inner && up >= modules.len() {
            found.extend(heads(tail));
        }
        rest = tail;
    }
    found
}

/// The first two segments of a path, or of each path of a braced group.
fn heads(tail: &str) -> Vec<String> {
    if tail.starts_with('{') {
        return group(tail).into_iter().flat_map(heads).collect();
    }
    let room = identifier(tail);
    match tail[room.len()..].strip_prefix("::") {
        None => vec![format!("{room}::")],
        Some(items) if items.starts_with('{') => {
            group(items).into_iter().map(|item| format!("{room}::{}", identifier(item))).collect()
        }
        Some(item) => vec![format!("{room}::{}", identifier(item))],
    }
}

/// The paths of the braced group that `text` starts with.
fn group(text: &str) -> Vec<&str> {
    let (mut depth, mut start, mut found) = (0, 1, Vec::new());
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 || (depth == 1 && c == ',') {
            found.push(text[start..at].trim());
            start = at + 1;
        }
        if depth == 0 {
            break;
        }
    }
    found.retain(|path| !path.is_empty());
    found
}

fn may(from: &str, target: &str) -> bool {
    let to = target.split("::").next().unwrap_or_default();
    let Some((_, _, allowed)) = ROOMS.iter().find(|(name, ..)| *name == from) else { return false };
    if from == "broker" && to == "upstream" {
        return PROOFS.contains(&target);
    }
    to == from || allowed.iter().any(|allowed| *allowed == to || *allowed == target)
}

/// Whether `code` names the crate `name`.
fn names_crate(code: &str, name: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(&format!("{name}::")).any(|(at, _)| !code[..at].ends_with(part))
}

#[test]
fn every_line_leads_down() {
    let floor =
        |room: &str| ROOMS.iter().find(|(name, ..)| *name == room).map(|(_, floor, _)| *floor);
    for (room, own, allowed) in ROOMS {
        for target in *allowed {
            let to = target.split("::").next().unwrap_or_default();
            assert!(floor(to).is_some_and(|floor| floor < *own), "{room} may not name {to}");
        }
    }
}

#[test]
fn every_room_names_only_rooms_below() {
    let mut wrong = Vec::new();
    for source in source::production() {
        let Some(room) = room(&source.path) else { continue };
        for target in named(&source) {
            if !may(room, &target) {
                wrong.push(format!("src/{}: {room} may not name {target}", source.path));
            }
        }
    }
    wrong.sort();
    wrong.dedup();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn outside_crates_stay_at_home() {
    let mut wrong = Vec::new();
    for source in source::production() {
        for (name, homes) in CRATES {
            let home = homes.iter().any(|home| source.path.starts_with(home));
            if !home && names_crate(&source.code, name) {
                wrong.push(format!("src/{}: {name} belongs to {}", source.path, homes.join(", ")));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn the_rule_sees_every_way_to_write_a_path() {
    let source = |path: &str, code: &str| Source { path: path.to_owned(), code: code.to_owned() };
    for (path, code, expected) in [
        ("store/tx.rs", "use crate::http::x;", vec!["http::x"]),
        ("store/tx.rs", "fn a() { crate::http::x::y() }", vec!["http::x"]),
        (
            "store/tx.rs",
            "use crate::{model::id, http::{a, b}, hub};",
            vec!["model::id", "http::a", "http::b", "hub::"],
        ),
        ("store/tx.rs", "use crate::{\n    model::{\n        id,\n    },\n};", vec!["model::id"]),
        (
            "broker/admit.rs",
            "use crate::upstream::{VerifiedIdentity, saml::x};",
            vec!["upstream::VerifiedIdentity", "upstream::saml"],
        ),
        ("store/tx.rs", "use super::engine;", vec![]),
        ("store/tx.rs", "use super::super::http::x;", vec!["http::x"]),
        ("store/mod.rs", "use super::http::x;", vec!["http::x"]),
        ("hub.rs", "use super::http;", vec!["http::"]),
        ("wire/saml/binding.rs", "use super::super::xml::x;", vec![]),
        ("wire/saml/binding.rs", "use super::super::super::store::x;", vec!["store::x"]),
        ("store/tx.rs", "my_crate::http::x; $crate::http::x", vec![]),
    ] {
        let found = named(&source(path, code));
        let expected: Vec<String> = expected.into_iter().map(str::to_owned).collect();
        assert_eq!(found, expected, "{code}");
    }
    assert!(may("store", "model::id") && may("store", "store::tx"));
    assert!(!may("store", "http::x") && !may("model", "store::x"));
    assert!(may("broker", "upstream::VerifiedIdentity") && !may("broker", "upstream::saml"));
    assert!(may("http", "wire::oauth") && !may("http", "wire::xml"));
    assert!(names_crate("use clap::Args;", "clap"));
    assert!(!names_crate("use my_clap::Args; let clap = 1;", "clap"));
}
