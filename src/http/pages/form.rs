//! What was typed into a form, and what was wrong with it.

/// What was typed and what was wrong with it.
#[derive(Debug, Clone, Default)]
pub struct Form {
    values: Vec<(&'static str, String)>,
    errors: Vec<FieldError>,
}

/// One thing wrong with a form.
#[derive(Debug, Clone)]
pub struct FieldError {
    /// The field, or empty for the form as a whole.
    pub field: &'static str,
    /// What is wrong and what to do.
    pub text: String,
}

impl Form {
    /// Keeps what was typed. Never called for a password.
    #[must_use]
    pub fn with(mut self, field: &'static str, value: &str) -> Self {
        self.values.push((field, value.to_owned()));
        self
    }

    /// Notes something wrong.
    pub fn refuse(&mut self, field: &'static str, text: impl Into<String>) {
        self.errors.push(FieldError { field, text: text.into() });
    }

    /// Whether anything is wrong.
    pub const fn wrong(&self) -> bool {
        !self.errors.is_empty()
    }

    /// Everything wrong, in order.
    pub fn errors(&self) -> &[FieldError] {
        &self.errors
    }

    /// What is wrong with `field`.
    pub fn error(&self, field: &str) -> Option<&str> {
        self.errors.iter().find(|e| e.field == field).map(|e| e.text.as_str())
    }

    /// What was typed into `field`.
    pub fn value(&self, field: &str) -> &str {
        self.values.iter().find(|(name, _)| *name == field).map_or("", |(_, value)| value)
    }
}
