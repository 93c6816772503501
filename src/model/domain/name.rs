//! Which domains an organization may prove at all.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::model::organization::domain;

/// Labels a domain has at most; so many rows are looked at for an address at most.
pub const LABELS: usize = 10;
/// Bytes a domain has at most, so that the name of the record fits into the 253 of a name.
const LENGTH: usize = 230;

static PUBLIC_MAIL: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    let lines = include_str!("public_mail.txt").lines();
    lines.filter(|line| !line.starts_with('#')).collect()
});

/// Why no organization can have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unprovable {
    /// No domain.
    #[error(
        "give a domain such as acme.example, without @ or https://; letters beyond ASCII in the form xn--..."
    )]
    Form,
    /// Deeper or longer than we take.
    #[error("give a domain of at most 10 labels and 230 characters")]
    TooLong,
    /// Everybody has an address there.
    #[error(
        "anybody can get an address at this mail provider, so no organization can have the domain: give your own"
    )]
    PublicMail,
    /// Everybody registers names below it (<https://publicsuffix.org>).
    #[error(
        "this is a public suffix, below which anybody can register a domain: give your own domain below it"
    )]
    PublicSuffix,
}

/// The domain in lower case, if an organization can have it. Public mail domains and public
/// suffixes nobody can have, whoever asks.
///
/// # Errors
/// Why not, as a sentence for whoever typed it.
pub fn provable(text: &str) -> Result<String, Unprovable> {
    let name = domain(text).ok_or(Unprovable::Form)?;
    // All digits stand at the end of IP addresses only (RFC 3696 section 2).
    if name.rsplit('.').next().is_none_or(|top| top.bytes().all(|b| b.is_ascii_digit())) {
        return Err(Unprovable::Form);
    }
    if name.len() > LENGTH || name.split('.').count() > LABELS {
        return Err(Unprovable::TooLong);
    }
    if PUBLIC_MAIL.contains(name.as_str()) {
        return Err(Unprovable::PublicMail);
    }
    let suffix = psl::suffix(name.as_bytes());
    if suffix.is_some_and(|suffix| suffix.as_bytes() == name.as_bytes()) {
        return Err(Unprovable::PublicSuffix);
    }
    Ok(name)
}

/// The domain and those above it that may cover it: itself first, then from the longest on.
pub fn covering(name: &str) -> Vec<&str> {
    let mut names = vec![name];
    let above = name.match_indices('.').filter_map(|(at, _)| name.get(at + 1..));
    names.extend(above.filter(|n| (2..=LABELS).contains(&n.split('.').count())));
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_proved() {
        let deep = |labels: usize| vec!["a"; labels].join(".");
        let long = format!("{0}.{0}.{0}.{1}.test", "a".repeat(60), "b".repeat(50));
        for (text, expected) in [
            ("acme.test", Ok("acme.test")),
            (" Acme.TEST. ", Ok("acme.test")),
            ("eu.acme.co.uk", Ok("eu.acme.co.uk")),
            ("xn--bcher-kva.example", Ok("xn--bcher-kva.example")),
            ("XN--BCHER-KVA.example", Ok("xn--bcher-kva.example")),
            // Not what it looks like, but a name like any other in DNS.
            ("xn--gmil-6na.com", Ok("xn--gmil-6na.com")),
            ("mail.gmail.com", Ok("mail.gmail.com")),
            ("bücher.example", Err(Unprovable::Form)),
            ("gmail。com", Err(Unprovable::Form)),
            ("ann@acme.test", Err(Unprovable::Form)),
            ("https://acme.test", Err(Unprovable::Form)),
            ("*.acme.test", Err(Unprovable::Form)),
            ("_doorward-challenge.acme.test", Err(Unprovable::Form)),
            ("acme", Err(Unprovable::Form)),
            ("acme..test", Err(Unprovable::Form)),
            ("acme.test/x", Err(Unprovable::Form)),
            ("127.0.0.1", Err(Unprovable::Form)),
            ("", Err(Unprovable::Form)),
            (&deep(11), Err(Unprovable::TooLong)),
            (&long, Err(Unprovable::TooLong)),
            ("gmail.com", Err(Unprovable::PublicMail)),
            ("GMAIL.com.", Err(Unprovable::PublicMail)),
            ("outlook.com", Err(Unprovable::PublicMail)),
            ("co.uk", Err(Unprovable::PublicSuffix)),
            ("github.io", Err(Unprovable::PublicSuffix)),
            // Whatever stands below `*.ck` but www is a suffix.
            ("anything.ck", Err(Unprovable::PublicSuffix)),
            ("xn--55qx5d.cn", Err(Unprovable::PublicSuffix)),
        ] {
            let found = provable(text);
            assert_eq!(found.as_deref(), expected.as_ref().map(|name| *name), "{text}");
        }
        assert!(provable(&deep(10)).is_ok());
    }

    #[test]
    fn the_list_of_public_mail_domains_is_sound() {
        let names: Vec<&str> =
            include_str!("public_mail.txt").lines().filter(|line| !line.starts_with('#')).collect();
        assert!(names.len() >= 150 && names.is_sorted());
        assert_eq!(PUBLIC_MAIL.len(), names.len(), "each once");
        for name in names {
            assert_eq!(domain(name).as_deref(), Some(name));
        }
    }

    #[test]
    fn what_may_cover_a_domain() {
        assert_eq!(covering("a.b.acme.test"), ["a.b.acme.test", "b.acme.test", "acme.test"]);
        assert_eq!(covering("acme.test"), ["acme.test"]);
        let deep = vec!["a"; 120].join(".");
        let names = covering(&deep);
        assert_eq!((names.len(), names[1].split('.').count()), (10, 10));
    }
}
