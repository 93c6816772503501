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
    /// Asks for a code or a passkey after the password. Posts `csrf`, `code` to `/owner/second`, or
    /// `csrf` to `/owner/second/passkey`.
    Second "owner_second.html" Forms::Leave, {
        /// Whether this is a rehearsal.
        drill: bool,
        /// Whether there is anything a code could be of.
        code: bool,
        /// Whether there is a passkey that works here.
        passkey: bool,
        /// Whether there are passkeys that work at another address.
        elsewhere: bool,
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
        /// The passkeys, oldest first.
        passkeys: Vec<PasskeyLine>,
        /// Whether there can be passkeys at all.
        possible: bool,
        /// Whether there is room for one more.
        room: bool,
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
        /// Whether this is the second step of the first run.
        first: bool,
    }
}

/// A passkey, as the page shows it.
#[derive(Debug)]
pub(super) struct PasskeyLine {
    /// What is sent when it is removed.
    pub id: String,
    /// What the owner calls it.
    pub name: String,
    /// The day it was added.
    pub since: String,
    /// The day it was last used.
    pub used: Option<String>,
    /// The host it works at, where that is another one.
    pub elsewhere: Option<String>,
}

/// A drill was passed.
#[derive(Debug, Template)]
#[template(path = "owner_drilled.html")]
pub(super) struct Drilled {
    /// What surrounds it.
    pub shell: Shell,
}

impl Page for Drilled {}

/// Has a passkey made, or used. Posts `csrf`, `passkey` (what it answered) to `/owner/second`, or
/// with `name` to `/owner/factors/passkeys/confirm`.
#[derive(Debug, Template)]
#[template(path = "owner_passkey.html")]
pub(super) struct Passkey {
    /// What surrounds it.
    pub shell: Shell,
    /// The hidden field of `csrf`.
    pub csrf: String,
    /// Whether one is made.
    pub adding: bool,
    /// What the browser is to hand on to it, as JSON.
    pub options: String,
    /// What it will be called.
    pub name: String,
}

impl Page for Passkey {
    fn forms(&self) -> Forms {
        Forms::Leave
    }

    fn script(&self) -> bool {
        true
    }
}
