//! The details of an owner-to-be, and the form in which an owner's address is compared.

use crate::model::organization;

/// Longest name of a person or an organization, in characters.
const NAME_LIMIT: usize = 200;
/// Longest e-mail address (RFC 5321 section 4.5.3.1.3).
const EMAIL_LIMIT: usize = 254;

/// The details of an owner-to-be, checked.
#[derive(Debug, Clone)]
pub struct Details {
    pub(super) name: String,
    pub(super) email: String,
    pub(super) organization: String,
}

/// A detail that cannot be taken, by the name of its field, and why.
pub type Wrong = (&'static str, &'static str);

impl Details {
    /// Checks what was typed.
    ///
    /// # Errors
    /// Everything wrong with it.
    pub fn check(name: &str, email: &str, organization: &str) -> Result<Self, Vec<Wrong>> {
        let mut wrong = Vec::new();
        if !is_name(name) {
            wrong.push(("name", "Enter your name, at most 200 characters"));
        }
        if email_key(email).is_none() {
            wrong.push(("email", "Enter an e-mail address, such as ann@acme.test"));
        }
        if !is_name(organization) {
            wrong.push((
                "organization",
                "Enter the name of your organization, at most 200 characters",
            ));
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let clean = |text: &str| text.trim().to_owned();
        Ok(Self { name: clean(name), email: clean(email), organization: clean(organization) })
    }
}

impl Details {
    /// The address, checked.
    pub fn email(&self) -> &str {
        &self.email
    }
}

fn is_name(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty() && text.chars().count() <= NAME_LIMIT && !text.chars().any(char::is_control)
}

/// The form in which an owner's address is compared: `None` when it cannot be one.
pub fn email_key(typed: &str) -> Option<String> {
    let typed = typed.trim();
    let (local, domain) = typed.rsplit_once('@')?;
    let sound = typed.len() <= EMAIL_LIMIT
        && !local.is_empty()
        && !local.chars().any(|c| c.is_whitespace() || c.is_control() || c == '@');
    let domain = organization::domain(domain).filter(|_| sound)?;
    Some(format!("{}@{domain}", local.to_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_compared_without_case() {
        for (typed, key) in [
            (" Ann@Acme.Test ", Some("ann@acme.test")),
            ("ann+x@acme.test", Some("ann+x@acme.test")),
            ("acme.test", None),
            ("@acme.test", None),
            ("ann@", None),
            ("a nn@acme.test", None),
            ("a@b@acme.test", None),
            ("ann@acme", None),
        ] {
            assert_eq!(email_key(typed).as_deref(), key, "{typed:?}");
        }
        assert_eq!(email_key(&format!("{}@acme.test", "a".repeat(250))), None);
    }
}
