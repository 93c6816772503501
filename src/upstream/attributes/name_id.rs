//! What a NameID says beside the attributes.

/// A SAML NameID, which may be an address too.
#[derive(Debug, Clone, Copy)]
pub struct NameId<'a> {
    /// Its text.
    pub value: &'a str,
    /// Whether its format says that it is an e-mail address. Proves nothing: user names
    /// travel under that format too.
    pub email_like: bool,
}
