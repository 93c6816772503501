//! The pages of this room beside the first one.

use askama::Template;

use crate::http::pages::{Form, Forms, Page, Shell};

macro_rules! sheets {
    ($($(#[$doc:meta])* $name:ident $file:literal $forms:expr, {
        $($(#[$field_doc:meta])* $field:ident: $type:ty,)*
    })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Template)]
        #[template(path = $file)]
        pub(super) struct $name {
            /// What surrounds it.
            pub shell: Shell,
            /// What was typed, and what was wrong.
            pub form: Form,
            /// The hidden field of `csrf`.
            pub csrf: String,
            $($(#[$field_doc])* pub $field: $type,)*
        }

        impl Page for $name {
            fn forms(&self) -> Forms {
                $forms
            }
        }
    )+};
}

sheets! {
    /// Asks for a code after the password. Posts `csrf`, `code` to `/owner/second`.
    Second "owner_second.html" Forms::Leave, {
        /// Whether this is a rehearsal.
        drill: bool,
    }

    /// What an owner has beside the password.
    Factors "owner_factors.html" Forms::Stay, {
        /// The owner's address.
        email: String,
        /// Their organization.
        organization: String,
        /// Whether a factor has to be added before anything else.
        waiting: bool,
        /// When the code generator was added.
        totp_since: Option<String>,
        /// Recovery codes left.
        codes_left: u32,
        /// When they were confirmed as stored.
        codes_since: Option<String>,
        /// When this owner last rehearsed, in words.
        drill: String,
        /// What was just done.
        done: Option<&'static str>,
    }

    /// Offers a code generator. Posts `csrf`, `offer`, `code`.
    Totp "owner_totp.html" Forms::Leave, {
        /// What the page brings back.
        offer: String,
        /// The secret in groups of four.
        secret: String,
        /// The address an app on this device opens.
        address: String,
        /// Width and height of the picture, in squares.
        size: i32,
        /// The dark squares, as an SVG path.
        path: String,
    }

    /// Shows recovery codes, once. Posts `csrf`, `offer`, `part`.
    Codes "owner_codes.html" Forms::Leave, {
        /// What the page brings back.
        offer: String,
        /// The codes.
        codes: Vec<String>,
    }
}

/// A drill was passed.
#[derive(Debug, Template)]
#[template(path = "owner_drilled.html")]
pub(super) struct Drilled {
    /// What surrounds it.
    pub shell: Shell,
}

impl Page for Drilled {}
