//! What conflicts say: what is in the way, and what to do.

pub(super) const PATH_TAKEN: &str = "Another organization has this login path: choose another.";
pub(super) const DOMAIN_TAKEN: &str = "Another organization has proved this domain: remove it there first, or wait until its record has been gone from DNS for some days.";
pub(super) const HOME_ORGANIZATION: &str =
    "The home organization administers the installation: it cannot be deleted or disabled.";
pub(super) const LAST_OWNER: &str = "Nobody else could sign in as owner with the identity provider switched off: add another owner first.";
pub(super) const OWNER_EMAIL_TAKEN: &str =
    "An owner signs in with this e-mail address already: give another.";
pub(super) const ALREADY_OWNER: &str =
    "This person is an owner already: make them a new link if they forgot the password.";
pub(super) const ADDRESS_TAKEN: &str =
    "Somebody of the organization has this e-mail address: use that person, or another address.";
pub(super) const IS_OWNER: &str = "This person is an owner: owners sign in at the owner's door, and doorward owner reset on the host gives them a new password.";
pub(super) const NO_ADDRESS: &str = "This person has no e-mail address that can be signed in with: their provider has to send one first.";
pub(super) const SSO_ONLY: &str = "The organization requires single sign-on: nobody could use a password. Make single sign-on optional first.";
pub(super) const ROLE_TAKEN: &str =
    "Another role of the organization has this name, in whatever case: choose another.";
pub(super) const BUILT_IN_ROLE: &str = "Every organization has the roles owner and admin as they are: they can be mapped and given, not changed or deleted.";
pub(super) const NO_MAPPING: &str = "Only members of mapped groups come in through this connection (admit: mapped_groups), so at least one group has to be mapped to a role: nobody could sign in without. Map one first, or let everyone in.";
pub(super) const NO_DRAFT: &str = "There is no draft: put one first.";
pub(super) const NOT_LIVE: &str =
    "No revision of this connection is live: activate its draft first, or name the draft.";
pub(super) const NOT_TESTED: &str = "This draft has not passed a test sign-in: ask for one (POST /api/v1/connections/{id}/test), open the address it gives in a browser and sign in there, then activate. Every change of the draft needs a new test.";
pub(super) const NO_PREVIOUS: &str =
    "No other revision of this connection was live before: there is nothing to return to.";
pub(super) const NO_NEXT_KEY: &str = "The next signing keys are still being made: try again in a minute. If it stays so, the log of the server says why.";
pub(super) const SWITCHED_OFF: &str = "The connection or its organization is disabled, or the organization may not sign in through a provider: then no answers are taken, not even those of a test. Enable it first.";
pub(super) const NO_CAPTURE: &str = "No message of this attempt is kept: switch capture on (POST /api/v1/connections/{id}/capture), sign in again within the hour, and take the reference of that attempt.";
pub(super) const NOT_OFFERED: &str = "This sign-in does not suggest that repair for the connection as it is now: read the attempt again.";
pub(super) const PUBLIC_APP: &str =
    "A public app has no secret: create a confidential app to have one.";
pub(super) const IDEMPOTENCY_KEY: &str =
    "This Idempotency-Key came with another request before: use a new key.";
pub(super) const NOT_READY: &str =
    "Single sign-on cannot be required yet: somebody could be locked out. See errors.";
pub(super) const SSO_REQUIRED: &str = "Single sign-on is required in this organization, and this is the last way to it: add another first, or make it optional first (PUT /api/v1/organizations/{id}/enforcement).";
pub(super) const RELINK_DECIDED: &str = "The question is not in a state for this: a pending one is approved, refused or separated, an approved one undone, any other deleted. Read it again.";
pub(super) const RELINK_OWNER: &str = "The known person is an owner: nobody is made one person with an owner. Refuse, or give an account of their own.";
pub(super) const HAS_OWNER: &str = "This organization has an owner already: owners add others, or `doorward owner` does on the host.";
pub(super) const OWNER_ELSEWHERE: &str =
    "The address names an owner of another organization: name another address.";
pub(super) const ROW: &str = "Another entry stands in the way.";

pub(super) fn role_from_provider(role: &str, connection: &str) -> String {
    format!(
        "The connection {connection} gives this person the role {role}, by their groups: it cannot be taken away by hand. Change the groups at the provider, or the mapping of the connection."
    )
}

pub(super) fn incomplete(missing: &[&str]) -> String {
    format!("The draft lacks: {}. Put a complete draft first.", missing.join(", "))
}

pub(super) fn unusable(why: &str) -> String {
    format!("The draft cannot be used: {why}.")
}

pub(super) fn identity_basis(name: &str) -> String {
    format!(
        "People who signed in through this connection are known by its {name}, which the draft changes: they could get each other's accounts. Make a new connection for it."
    )
}

pub(super) fn no_way_in(people: i64) -> String {
    format!(
        "People who would have no way in, for they have no password: {people}. Choose `optional`, make links with which they set one (POST /api/v1/organizations/{{id}}/password-links), disable those without an e-mail address, and switch it off once all have one."
    )
}
