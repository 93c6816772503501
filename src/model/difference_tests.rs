use super::*;

const OWN: &str = "https://sso.test/saml/x";

// Expected, received, the first other character's place, and the words.
const TOLD: &[(&str, &str, usize, &str)] = &[
    (OWN, "https://sso.test/saml/x/", 24, "ends with a slash, expected without"),
    ("https://a.test/", "https://a.test", 15, "ends without a slash, expected with"),
    ("https://a.test", "https://a.test//", 15, "ends with 2 slashes, expected 0"),
    (OWN, "https://SSO.test/saml/x", 9, "differs in capital letters only"),
    (OWN, "http://sso.test/saml/x", 5, "http instead of https"),
    ("http://a.test", "https://a.test", 5, "https instead of http"),
    (
        OWN,
        "http://sso.test/saml/x/",
        5,
        "http instead of https; ends with a slash, expected without",
    ),
    (
        OWN,
        "https://SSO.test/saml/x/",
        9,
        "ends with a slash, expected without; differs in capital letters",
    ),
    (OWN, "spn:https://sso.test/saml/x", 1, "spn: in front, expected without"),
    ("spn:abc", "abc", 1, "without spn: in front, expected with"),
    (OWN, "https://sso.test:443/saml/x", 17, "names the port 443, expected without"),
    (OWN, "https://sso.test/saml/x ", 24, "a trailing space (U+0020)"),
    (OWN, "https://sso.test/saml/x\t", 24, "a trailing tab (U+0009)"),
    (OWN, " https://sso.test/saml/x", 1, "a leading space (U+0020)"),
    (OWN, "\u{feff}https://sso.test/saml/x", 1, "a leading byte order mark (U+FEFF)"),
    (OWN, "https://sso.test/saml/x\u{a0}", 24, "a trailing no-break space (U+00A0)"),
    (
        OWN,
        "https://sso.test/saml/x\r\n",
        24,
        "2 trailing invisible characters, the first is carriage return (U+000D)",
    ),
    ("a ", "a", 2, "without the trailing space (U+0020) of the expected value"),
    ("a ", "a\t", 2, "other trailing invisible characters than the expected value"),
    (
        OWN,
        "https://sso\u{200b}.test/saml/x",
        12,
        "the same text with an invisible character, zero width space (U+200B), at position 12",
    ),
    (
        OWN,
        "https://sso.te\u{ad}st/saml/x",
        15,
        "the same text with an invisible character, soft hyphen (U+00AD), at position 15",
    ),
    (
        "ab\u{2060}c",
        "abc",
        3,
        "the same text without the invisible character, word joiner (U+2060), that the expected value has at position 3",
    ),
    (
        OWN,
        "https://sso.t\u{435}st/saml/x",
        14,
        "U+0435 where e is expected at position 14: it may look the same",
    ),
    (
        "two words",
        "two\u{a0}words",
        4,
        "no-break space (U+00A0) where space (U+0020) is expected at position 4: it may look the same",
    ),
    (OWN, "https://sso.test", 17, "shorter: stops after “https://sso.test”"),
    (OWN, "https://sso.test/saml/xyz", 24, "longer: goes on with “yz”"),
    (OWN, "<https://sso.test/saml/x>", 1, "the expected value with more text around it"),
    (OWN, "sso.test", 1, "only a part of the expected value"),
    (OWN, "https://sso.test/saml/y", 23, "the value of another connection: “y” instead of “x”"),
    (
        "https://a.test/one/acs",
        "https://a.test/two/acs",
        16,
        "another part of the path: “two” instead of “one”",
    ),
    (
        OWN,
        "https://old.test/saml/x",
        9,
        "another host: “old.test” instead of “sso.test”, the rest is the same",
    ),
    (OWN, "https://b.test/z", 9, "another host: “b.test” instead of “sso.test”"),
    (OWN, "https://sso.test/a/b/c", 18, "the same up to position 17, then “a/b/c”"),
    ("abc", "xyc", 1, "begins differently"),
    ("abc", "xyz", 1, "nothing in common"),
    (OWN, "", 1, "empty"),
    ("", "abc", 1, "nothing in common"),
];

#[test]
fn differences_are_told_in_words() {
    for (expected, received, position, sentence) in TOLD.iter().copied() {
        let found = between(expected, received).unwrap();
        assert_eq!((found.position, &*found.sentence), (position, sentence), "{received:?}");
    }
}

#[test]
fn both_characters_are_shown_by_name_or_code_point() {
    for (expected, received, ours, theirs) in [
        ("ab", "aB", Some("b"), Some("B")),
        ("ab", "ab ", None, Some("space (U+0020)")),
        ("ab\n", "ab", Some("line feed (U+000A)"), None),
        ("p\u{430}y", "pay", Some("U+0430"), Some("a")),
        ("a\u{1}", "a\u{feff}", Some("U+0001"), Some("byte order mark (U+FEFF)")),
        ("a", "\u{1f600}", Some("a"), Some("U+1F600")),
    ] {
        let found = between(expected, received).unwrap();
        assert_eq!((found.expected.as_deref(), found.received.as_deref()), (ours, theirs));
    }
}

#[test]
fn of_several_the_nearest_is_told() {
    let accepted = ["https://sso.test/saml/x/metadata", "urn:old:name"];
    let found = nearest(&accepted, &["https://other.test", "urn:OLD:name"]).unwrap();
    assert_eq!((&*found.accepted, &*found.came), ("urn:old:name", "urn:OLD:name"));
    assert_eq!(found.sentence, "differs in capital letters only");
    let found = nearest(&accepted, &["spn:https://sso.test/saml/x/metadata"]).unwrap();
    assert_eq!(found.sentence, "spn: in front, expected without");
    assert_eq!(nearest(&accepted, &["x", "urn:old:name"]), None);
    assert_eq!(nearest(&accepted, &[]), None);
    assert_eq!(nearest(&[], &["x"]), None);
}

proptest::proptest! {
    #[test]
    fn the_first_other_character_is_found(
        front in "[a/: \u{430}\u{200b}]{0,30}",
        ours in "\\PC{0,20}|[ \t\r\n\u{feff}spn:/htp]{0,20}",
        theirs in "\\PC{0,20}|[ \t\r\n\u{feff}spn:/htp]{0,20}",
    ) {
        let (expected, received) = (format!("{front}{ours}"), format!("{front}{theirs}"));
        match between(&expected, &received) {
            None => proptest::prop_assert_eq!(&expected, &received),
            Some(found) => {
                let at = found.position - 1;
                let head = |text: &str| text.chars().take(at).collect::<String>();
                proptest::prop_assert_eq!(head(&expected), head(&received));
                proptest::prop_assert_ne!(expected.chars().nth(at), received.chars().nth(at));
                let cut = |text: &str| text.chars().nth(at).map(character);
                proptest::prop_assert_eq!(found.expected, cut(&expected));
                proptest::prop_assert_eq!(found.received, cut(&received));
                proptest::prop_assert!(!found.sentence.is_empty());
                proptest::prop_assert!(found.sentence.chars().count() < 1_000);
                proptest::prop_assert!(!found.sentence.chars().any(super::super::visible::is_invisible));
            }
        }
        proptest::prop_assert_eq!(between(&expected, &expected), None);
    }

    #[test]
    fn long_values_are_cut(length in 1_000usize..3_000) {
        let (a, b) = ("x".repeat(length), format!("{}y", "x".repeat(length)));
        proptest::prop_assert_eq!(between(&a, &b).is_some(), length < LIMIT);
    }
}
