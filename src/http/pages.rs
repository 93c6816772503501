//! The pages, rendered on the server. They work without script and hold no inline code.

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, CROSS_ORIGIN_OPENER_POLICY};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::cookies::Browser;
pub use super::headers::Forms;
use super::{assets, form_token, headers};
use crate::admin::setup_task::{Ended, TaskItem};
use crate::flows::logout::Farewell;
use crate::hub::Hub;
use crate::model::public_url::PublicUrl;

mod form;

pub use form::{FieldError, Form};

/// What surrounds every page: the addresses of its files, below the public URL's path.
#[derive(Debug, Clone)]
pub struct Shell {
    /// The path everything is mounted under; empty or `/path`.
    pub base: String,
    /// The style sheet.
    pub css: String,
    /// The script that submits the one form of a page.
    pub post_script: String,
    /// The script that moves a token from the fragment into its field.
    pub token_script: String,
    /// The script that hands a challenge to a passkey.
    pub passkey_script: String,
}

impl Shell {
    /// The surroundings below `public_url`.
    pub fn of(public_url: &PublicUrl) -> Self {
        let base = public_url.path();
        Self {
            base: base.to_owned(),
            css: assets::href(base, "pages.css"),
            post_script: assets::href(base, "post.js"),
            token_script: assets::href(base, "token.js"),
            passkey_script: assets::href(base, "passkey.js"),
        }
    }
}

/// A page and what its content policy must allow.
pub trait Page: Template {
    /// Where its forms lead.
    fn forms(&self) -> Forms {
        Forms::Stay
    }

    /// Whether it loads a script of ours.
    fn script(&self) -> bool {
        false
    }
}

/// The answer that shows `page`.
pub fn render<P: Page>(status: StatusCode, page: &P) -> HttpResponse {
    match page.render() {
        Ok(html) => HttpResponse::build(status)
            .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
            .insert_header((
                CONTENT_SECURITY_POLICY,
                headers::content_policy(page.forms(), page.script()),
            ))
            .insert_header((CROSS_ORIGIN_OPENER_POLICY, headers::opener_policy(page.forms())))
            .body(html),
        Err(error) => {
            tracing::error!(%error, "a page cannot be rendered");
            HttpResponse::InternalServerError().body("Something went wrong on our side.")
        }
    }
}

/// The answer that shows a page with a form, bound to the browser that asks: `page` gets
/// the surroundings and the hidden field of [`form_token`].
pub fn render_form<P: Page>(
    request: &HttpRequest,
    hub: &Hub,
    status: StatusCode,
    page: impl FnOnce(Shell, String) -> P,
) -> HttpResponse {
    let url = &hub.config.public_url;
    let browser = Browser::of(request, hub);
    let mut response = render(status, &page(Shell::of(url), form_token::of_form(browser.value())));
    for cookie in browser.cookies(url) {
        // A cookie of ours is always a sound header: base64url and fixed attributes.
        let _added = response.add_cookie(&cookie);
    }
    response
}

macro_rules! pages {
    ($($(#[$doc:meta])* $name:ident $file:literal $forms:expr, $script:literal {
        $($(#[$field_doc:meta])* $field:ident: $type:ty,)*
    })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Template)]
        #[template(path = $file)]
        pub struct $name {
            /// What surrounds it.
            pub shell: Shell,
            $($(#[$field_doc])* pub $field: $type,)*
        }

        impl Page for $name {
            fn forms(&self) -> Forms {
                $forms
            }

            fn script(&self) -> bool {
                $script
            }
        }
    )+};
}

pages! {
    /// "How do I get in?": e-mail address or company domain. Posts `csrf`, `attempt`, `email` to `/login`.
    Login "login.html" Forms::Leave, false {
        /// What was typed, and what was wrong.
        form: Form,
        /// The hidden field of [`super::form_token`].
        csrf: String,
        /// The handle of the attempt this continues.
        attempt: Option<String>,
        /// The name of the app that asks.
        app: Option<String>,
        /// Where owners sign in, for the same attempt.
        owner_href: String,
    }

    /// "Which way in?". Posts `csrf`, `attempt` and the pressed `connection` to `action`.
    Choose "choose.html" Forms::Leave, false {
        /// The hidden field of [`super::form_token`].
        csrf: String,
        /// The handle of the attempt this continues.
        attempt: Option<String>,
        /// The name of the app that asks.
        app: Option<String>,
        /// Where the form goes.
        action: String,
        /// The ways in.
        choices: Vec<Choice>,
        /// Where owners sign in, for the same attempt.
        owner_href: String,
    }

    /// "Which way in, or with which password?". Posts `csrf`, `attempt`, `organization`, `email`,
    /// `password` to `/login/password`, or a pressed `connection` to `/login/connection`.
    Password "password.html" Forms::Leave, false {
        /// What was typed, and what was wrong.
        form: Form,
        /// The hidden field of [`super::form_token`].
        csrf: String,
        /// The handle of the attempt this continues.
        attempt: Option<String>,
        /// The name of the app that asks.
        app: Option<String>,
        /// The organization whose page it is.
        organization: Option<String>,
        /// The name of the organization whose people are asked.
        name: Option<String>,
        /// The ways in of that organization.
        choices: Vec<Choice>,
        /// Whether a password is asked for.
        password: bool,
        /// Where another address can be typed.
        login_href: String,
        /// Where owners sign in, for the same attempt.
        owner_href: String,
    }

    /// Somebody who is no owner sets a password by a one-use link.
    PasswordLink "password_link.html" Forms::Stay, true {
        /// What was typed, and what was wrong.
        form: Form,
        /// The hidden field of [`super::form_token`].
        csrf: String,
        /// What a password must be.
        hint: String,
    }

    /// "Run the test?". Posts `csrf` and `link` to `/login/test`.
    TestLink "test_link.html" Forms::Leave, false {
        /// The hidden field of [`super::form_token`].
        csrf: String,
        /// What the link carries.
        link: String,
    }

    /// The password is set.
    PasswordSet "password_set.html" Forms::Stay, false {
        /// Where to sign in with it.
        sign_in: String,
    }

    /// "Who stays signed in?". Posts `csrf`, `attempt`, `ticket`, `instead_of` and the pressed
    /// `choice` (`stay` or `continue`) to `/login/finish`.
    Replace "replace.html" Forms::Leave, false {
        /// The hidden field of [`super::form_token`].
        csrf: String,
        /// The handle of the attempt this continues.
        attempt: String,
        /// What only this browser was told.
        ticket: String,
        /// The identifier of whoever is signed in.
        instead_of: String,
        /// Who is signed in.
        present: Account,
        /// Who would be.
        arriving: Account,
    }

    /// "What does your organization want to know?". Posts `csrf`, `attempt`, `ticket`,
    /// `instead_of` and one field per answer to `/login/profile`.
    Profile "profile.html" Forms::Leave, false {
        /// The hidden field of [`super::form_token`].
        csrf: String,
        /// The handle of the attempt this continues.
        attempt: String,
        /// What only this browser was told.
        ticket: String,
        /// The identifier of whoever gives way.
        instead_of: Option<String>,
        /// Whether anything typed cannot be taken.
        wrong: bool,
        /// What is asked for.
        fields: Vec<ProfileField>,
    }

    /// Somebody opens an invitation. Posts `csrf` and `token` to `/invitation`.
    Invitation "invitation.html" Forms::Leave, true {
        /// What was typed, and what was wrong.
        form: Form,
        /// The hidden field of [`super::form_token`].
        csrf: String,
    }

    /// "Is this you?". Posts `csrf`, `attempt`, `ticket` to `/login/arrive`.
    Arrive "arrive.html" Forms::Leave, false {
        /// The hidden field of [`super::form_token`].
        csrf: String,
        /// The handle of the attempt.
        attempt: String,
        /// What only this browser was told.
        ticket: String,
        /// Who they would be.
        arriving: Account,
    }

    /// A tile again: the sign-in goes on by a button.
    Tile "tile.html" Forms::Stay, false {
        /// Where the button leads.
        onward: String,
    }

    /// Why it did not work, what to do, and a button.
    Refused "refused.html" Forms::Stay, false {
        /// The heading.
        title: String,
        /// What happened.
        sentence: String,
        /// What to do.
        remedy: String,
        /// What to quote.
        reference: Option<String>,
        /// The reason code, shown beside the reference.
        code: Option<String>,
        /// When it happened, as people say it.
        time: String,
        /// Where the button leads.
        again: String,
        /// What the button says.
        again_text: String,
        /// Where another account can be used.
        other_account: Option<String>,
        /// Where owners sign in without the provider that is down.
        owner: Option<String>,
        /// Whether it was a test.
        test: bool,
    }

    /// The owner's door. Posts `csrf`, `attempt`, `trace`, `drill`, `factors`, `email`,
    /// `password` to `/owner`.
    Owner "owner.html" Forms::Leave, false {
        /// What was typed, and what was wrong.
        form: Form,
        /// The hidden field of [`super::form_token`].
        csrf: String,
        /// The handle of the attempt this continues.
        attempt: Option<String>,
        /// The trace the owner wants to see; empty for the page that asks which.
        trace: Option<String>,
        /// The token of the drill this sign-in is.
        drill: Option<String>,
        /// Whether the owner goes on to the page of second factors.
        factors: bool,
    }

    /// An owner sets a password by a one-use link.
    OwnerLink "owner_link.html" Forms::Stay, true {
        /// What was typed, and what was wrong.
        form: Form,
        /// The hidden field of [`super::form_token`].
        csrf: String,
        /// What a password must be.
        hint: String,
    }

    /// A set-up link is opened. Posts `csrf` and `token` to `/setup-link`.
    SetupLink "setup_link.html" Forms::Stay, true {
        /// What was typed, and what was wrong.
        form: Form,
        /// The hidden field of [`super::form_token`].
        csrf: String,
        /// Why the browser that had a link has it no more.
        ended: Option<Ended>,
    }

    /// What the browser of a set-up link prepares.
    SetupTask "setup_task.html" Forms::Stay, true {
        /// For the token of another link.
        form: Form,
        /// The hidden field of [`super::form_token`].
        csrf: String,
        /// What it is for.
        item: TaskItem,
        /// When the link is over.
        until: String,
        /// What the identity provider asks for, by name.
        values: Vec<(String, String)>,
    }

    /// The first owner is created.
    Setup "setup.html" Forms::Stay, true {
        /// What was typed, and what was wrong.
        form: Form,
        /// The hidden field of [`super::form_token`].
        csrf: String,
        /// What a password must be.
        hint: String,
        /// The public address.
        address: String,
        /// What was noticed about it.
        notes: Vec<Note>,
    }

    /// Who is signed in here.
    SignedIn "signed_in.html" Forms::Leave, false {
        /// The person.
        name: String,
        /// Their address.
        email: Option<String>,
        /// Their organization.
        organization: String,
        /// Whether they came in by the owner's door, and so what they may do next.
        owner: bool,
        /// Whether the console is theirs to use.
        administers: bool,
        /// What administrators are told and this one has not acknowledged.
        notices: Vec<Banner>,
        /// Apps they can open from here, and where.
        apps: Vec<(String, String)>,
        /// The hidden field of [`super::form_token`].
        csrf: String,
        /// Where the sign-out form goes.
        sign_out: String,
    }

    /// Nobody is signed in here any more.
    SignedOut "signed_out.html" Forms::Leave, false {
        /// The hidden field of [`super::form_token`].
        csrf: String,
        /// The session could not be ended, only forgotten by this browser.
        failed: bool,
        /// What is known of the sign-out.
        farewell: Option<Farewell>,
    }

    /// Asks before an app signs somebody out.
    LogoutConfirm "logout_confirm.html" Forms::Leave, false {
        /// The hidden field of [`super::form_token`].
        csrf: String,
        /// The name of the app that asks.
        app: Option<String>,
        /// Where the form goes.
        action: String,
        /// Its hidden fields.
        fields: Vec<(String, String)>,
    }
}

/// A field an organization asks for.
#[derive(Debug, Clone)]
pub struct ProfileField {
    /// Its name in the form.
    pub id: String,
    /// What it is called.
    pub label: String,
    /// What the browser may fill in.
    pub complete: &'static str,
    /// What was typed.
    pub value: String,
    /// What is wrong with it.
    pub error: Option<&'static str>,
}

/// A person, as a page shows them.
#[derive(Debug, Clone)]
pub struct Account {
    /// Their name, or else their address.
    pub name: String,
    /// Their address, where it says more than the name.
    pub email: Option<String>,
    /// Their organization.
    pub organization: String,
}

/// One notice, as the page of somebody who is signed in shows it.
#[derive(Debug, Clone)]
pub struct Banner {
    /// What acknowledging it sends.
    pub id: String,
    /// Who.
    pub who: String,
    /// When, as people say it.
    pub when: String,
    /// From where.
    pub address: String,
}

/// Something about the public address, around the option of the command line that changes it.
#[derive(Debug)]
pub struct Note {
    /// What is so, up to the option.
    pub before: String,
    /// The option.
    pub option: &'static str,
    /// What to give it.
    pub after: &'static str,
}

/// One way in.
#[derive(Debug, Clone)]
pub struct Choice {
    /// What is sent when its button is pressed.
    pub id: String,
    /// What the button says.
    pub name: String,
}

/// A form that posts itself to an address outside; its button works without script.
#[derive(Debug, Template)]
#[template(path = "post.html")]
pub struct Post {
    shell: Shell,
    action: String,
    target: String,
    fields: Vec<(String, String)>,
}

impl Post {
    /// The page that posts `fields` to `action`.
    pub fn new(public_url: &PublicUrl, action: String, fields: Vec<(String, String)>) -> Self {
        let target = url::Url::parse(&action)
            .ok()
            .and_then(|url| url.host_str().map(str::to_owned))
            .unwrap_or_default();
        Self { shell: Shell::of(public_url), action, target, fields }
    }
}

impl Page for Post {
    fn forms(&self) -> Forms {
        Forms::Post { secure: self.action.starts_with("https://") }
    }

    fn script(&self) -> bool {
        true
    }
}

#[cfg(test)]
#[path = "pages_tests.rs"]
mod tests;
