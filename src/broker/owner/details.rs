//! The details of an owner-to-be.

pub use crate::model::owner::email_key;

/// Longest name of a person or an organization, in characters.
const NAME_LIMIT: usize = 200;

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
