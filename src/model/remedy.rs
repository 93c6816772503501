//! Who can do something about a refusal.

/// Who can do something about a refusal, and so what the visitor is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// Starting again is enough.
    TryAgain,
    /// Something is down just now: waiting may be enough.
    Wait,
    /// Another account, or access at the identity provider, is needed.
    AskForAccess,
    /// An administrator has to invite the person.
    AskInvitation,
    /// Another account was invited.
    UseInvited,
    /// An administrator has to confirm who it is.
    AskConfirmation,
    /// The organization's IT has to change the connection or the provider.
    AskIt,
    /// An administrator has to register an address of the app.
    AskToRegister,
    /// The connection is set up for another address: an administrator has to change it.
    AskAboutAddress,
    /// The app's owner has to change the app.
    AskAppOwner,
    /// Whoever runs Doorward has to look.
    AskOperator,
}

impl Remedy {
    /// What the visitor's page says to do.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::TryAgain => "Start again from the app you wanted to open.",
            Self::Wait => {
                "Try again in a few minutes. If it keeps happening, send your IT team the reference below."
            }
            Self::AskForAccess => {
                "Try another account, or ask your IT team to give you access. Tell them the reference below."
            }
            Self::AskInvitation => {
                "Ask your administrator for an invitation. Tell them the reference below."
            }
            Self::UseInvited => {
                "Sign in with the account that was invited, or ask your administrator for an invitation of this one."
            }
            Self::AskConfirmation => {
                "Ask your administrator to confirm it. Tell them the reference below."
            }
            Self::AskIt => {
                "Your IT team has to change the sign-in settings. Send them the reference below."
            }
            Self::AskToRegister => {
                "If a link in a message led you here, do not go on. Otherwise your administrator has to look at the settings of the app in Doorward: send them the reference below."
            }
            Self::AskAboutAddress => {
                "You did nothing wrong. Trying again helps only after your administrator has changed it. Send them the reference below."
            }
            Self::AskAppOwner => {
                "The owner of the app has to change its settings. Send them the reference below."
            }
            Self::AskOperator => {
                "Whoever runs this sign-in service has to look at it. Send them the reference below."
            }
        }
    }
}

impl Remedy {
    /// Who has to act, as the admin API says it: `visitor`, `it`, `app_owner` or `operator`.
    pub const fn who(self) -> &'static str {
        match self {
            Self::TryAgain | Self::Wait => "visitor",
            Self::AskForAccess
            | Self::AskInvitation
            | Self::UseInvited
            | Self::AskConfirmation
            | Self::AskAboutAddress
            | Self::AskIt => "it",
            Self::AskToRegister | Self::AskAppOwner => "app_owner",
            Self::AskOperator => "operator",
        }
    }
}
