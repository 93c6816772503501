//! Whatever the audit trail and the traces say has its words in the console.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use doorward::model::code::Code;

use crate::source;

/// The keys of a file of words of the console, one to a line.
fn keys(file: &str) -> BTreeSet<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("web/console/src/strings/en").join(file);
    let text = fs::read_to_string(path).unwrap();
    let key = |line: &str| {
        let entry = line.strip_prefix("  ").filter(|entry| !entry.starts_with(' '))?;
        let (key, _) = entry.split_once(':')?;
        Some(key.trim_matches('\'').to_owned())
    };
    text.lines().filter_map(key).collect()
}

/// What stands in quotes and has the form of an action, `noun.verb`, and names no file, no host,
/// no field and no column. Actions are written nowhere else, and never put together from parts.
fn actions() -> BTreeSet<String> {
    const ENDS: [&str; 12] =
        ["html", "js", "css", "toml", "txt", "rs", "db", "json", "xml", "com", "cloud", "example"];
    const OTHERS: [&str; 6] = [
        "acme.test",
        "attributes.subject",
        "doorward.key",
        "doorward.lock",
        "federation_metadata.ping",
        "startsso.ping",
    ];
    let word = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    };
    let action = |text: &&str| {
        text.split_once('.').is_some_and(|(noun, verb)| {
            word(noun) && word(verb) && noun != "attempts" && !ENDS.contains(&verb)
        }) && !OTHERS.contains(text)
    };
    let sources = source::production();
    let quoted = sources.iter().flat_map(|source| source.code.split('"'));
    quoted.filter(action).map(str::to_owned).collect()
}

#[test]
fn every_action_of_the_audit_trail_has_its_words() {
    let (written, said) = (actions(), keys("action-words.ts"));
    assert!(written.len() > 80, "the actions were not found: {written:?}");
    assert_eq!(written.difference(&said).collect::<Vec<_>>(), [""; 0], "without words");
    assert_eq!(said.difference(&written).collect::<Vec<_>>(), [""; 0], "words of nothing");
}

/// The words of the API serve, unless they speak to the person refused: administrators look at
/// what happened to others.
#[test]
fn every_reason_has_words_for_administrators() {
    let said = keys("reason-words.ts");
    let to_the_person = |sentence: &str| {
        let words = sentence.split(|letter: char| !letter.is_ascii_alphabetic());
        words.into_iter().any(|word| ["you", "your"].contains(&&*word.to_ascii_lowercase()))
    };
    for code in Code::ALL {
        assert!(!code.sentence().is_empty(), "{code}");
        let own = said.contains(code.as_str());
        assert!(own || !to_the_person(code.sentence()), "{code}: {}", code.sentence());
    }
    let known: BTreeSet<String> = Code::ALL.iter().map(|code| code.as_str().to_owned()).collect();
    assert_eq!(said.difference(&known).collect::<Vec<_>>(), [""; 0], "words of nothing");
}
