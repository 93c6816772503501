-- Times are unix milliseconds. Digests are 32 bytes of SHA-256. JSON is opaque to the store.
-- Tables every sign-in adds to are kept in the order of their key where rows are short
-- (WITHOUT ROWID): one tree less to write.

CREATE TABLE settings (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

CREATE TABLE organizations (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    path TEXT UNIQUE,
    home INTEGER NOT NULL,
    disabled INTEGER NOT NULL,
    -- What becomes of people with an address outside the organization's domains.
    outside_domains TEXT NOT NULL,
    settings TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    version INTEGER NOT NULL
) STRICT;

CREATE INDEX organizations_created ON organizations (created_at, id);

-- At most one home organization.
CREATE UNIQUE INDEX organizations_home ON organizations (home) WHERE home = 1;

-- Any organization may try to prove a domain; the first one that does holds it.
CREATE TABLE organization_domains (
    organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    domain TEXT NOT NULL,
    token TEXT NOT NULL,
    state TEXT NOT NULL,
    since INTEGER NOT NULL,
    include_subdomains INTEGER NOT NULL,
    -- Checks in a row that did not find the proof of a proved domain.
    missing_since INTEGER,
    missing_checks INTEGER NOT NULL,
    checked_at INTEGER,
    finding TEXT,
    -- Checks in a row that came to nothing.
    failures INTEGER NOT NULL,
    next_check_at INTEGER,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (organization_id, domain)
) STRICT;
CREATE UNIQUE INDEX organization_domains_held ON organization_domains (domain)
    WHERE state <> 'pending';
CREATE INDEX organization_domains_next_check ON organization_domains (next_check_at);

CREATE TABLE connections (
    id TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    protocol TEXT NOT NULL,
    disabled INTEGER NOT NULL,
    live_revision_id TEXT,
    draft_revision_id TEXT,
    previous_revision_id TEXT,
    settings TEXT NOT NULL,
    -- Answers are captured until then.
    capture_until INTEGER,
    created_at INTEGER NOT NULL,
    version INTEGER NOT NULL
) STRICT;
CREATE INDEX connections_created ON connections (created_at, id);
CREATE INDEX connections_organization ON connections (organization_id, created_at, id);

CREATE TABLE revisions (
    id TEXT PRIMARY KEY,
    connection_id TEXT NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
    config TEXT NOT NULL,
    -- The issuer in `config` of an OpenID Connect connection: whoever shares an address is told
    -- apart by it.
    oidc_issuer TEXT,
    created_at INTEGER NOT NULL,
    went_live_at INTEGER,
    -- A test sign-in through it passed, last then; one of an owner, last then.
    tested_at INTEGER,
    owner_tested_at INTEGER
) STRICT;
CREATE INDEX revisions_connection ON revisions (connection_id, created_at);
CREATE INDEX revisions_issuer ON revisions (oidc_issuer) WHERE oidc_issuer IS NOT NULL;

-- Links by which somebody without an account prepares one connection. `browser` is the digest
-- of the cookie of the one browser that opened it.
CREATE TABLE setup_links (
    id TEXT PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,
    connection_id TEXT NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
    sent_to TEXT,
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    browser BLOB UNIQUE,
    opened_at INTEGER,
    seen_at INTEGER,
    used_at INTEGER,
    finished_at INTEGER,
    revoked_at INTEGER
) STRICT;
CREATE INDEX setup_links_connection ON setup_links (connection_id, created_at);
CREATE INDEX setup_links_expires ON setup_links (expires_at);

CREATE TABLE apps (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    secret BLOB,
    redirect_uris TEXT NOT NULL,
    post_logout_redirect_uris TEXT NOT NULL,
    organizations TEXT NOT NULL,
    signing_algorithm TEXT NOT NULL,
    groups_claim INTEGER NOT NULL,
    settings TEXT NOT NULL,
    disabled INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    version INTEGER NOT NULL
) STRICT;

CREATE TABLE users (
    id TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    -- Lower case, for search: the address and the full name.
    email_key TEXT,
    name_key TEXT,
    profile TEXT NOT NULL,
    -- What the person told us themselves.
    answers TEXT NOT NULL,
    owner INTEGER NOT NULL,
    admin INTEGER NOT NULL,
    disabled INTEGER NOT NULL,
    -- Their provider took the last group that lets them in away.
    inactive_since INTEGER,
    -- The connection they would have to come back through.
    inactive_by TEXT,
    -- An administrator ended their access then: what proved them before proves nothing more.
    access_ended_at INTEGER,
    announced INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    last_sign_in_at INTEGER,
    version INTEGER NOT NULL
) STRICT;
-- Every list of people is read in the order of one of these, from where it was left. A
-- sign-in changes none of their columns, but for the very first one.
CREATE INDEX users_created ON users (created_at, id);
CREATE INDEX users_organization ON users (organization_id, created_at, id);
CREATE INDEX users_email ON users (email_key, id);
CREATE INDEX users_organization_email ON users (organization_id, email_key, id);
CREATE INDEX users_name ON users (name_key, id);
CREATE INDEX users_organization_name ON users (organization_id, name_key, id);
-- The few among the many.
CREATE INDEX users_owners ON users (created_at, id) WHERE owner = 1;
CREATE INDEX users_organization_owners ON users (organization_id, created_at, id)
    WHERE owner = 1;
CREATE INDEX users_disabled ON users (created_at, id) WHERE disabled = 1;
CREATE INDEX users_organization_disabled ON users (organization_id, created_at, id)
    WHERE disabled = 1;
CREATE INDEX users_inactive ON users (created_at, id) WHERE inactive_since IS NOT NULL;
CREATE INDEX users_organization_inactive ON users (organization_id, created_at, id)
    WHERE inactive_since IS NOT NULL;
CREATE INDEX users_unseen ON users (created_at, id) WHERE last_sign_in_at IS NULL;
CREATE INDEX users_organization_unseen ON users (organization_id, created_at, id)
    WHERE last_sign_in_at IS NULL;

-- A person is known by (connection, subject) and by nothing else.
CREATE TABLE identities (
    connection_id TEXT NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
    subject TEXT NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (connection_id, subject)
) STRICT, WITHOUT ROWID;
CREATE INDEX identities_user ON identities (user_id);
-- How many people a connection knows, without a look at their rows.
CREATE INDEX identities_connection ON identities (connection_id, user_id);

-- Links that let somebody come in for the first time.
CREATE TABLE invitations (
    id TEXT PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,
    organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    email TEXT NOT NULL,
    connection_id TEXT REFERENCES connections (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER,
    used_at INTEGER,
    user_id TEXT
) STRICT;
CREATE INDEX invitations_organization ON invitations (organization_id, created_at, id);
CREATE INDEX invitations_connection ON invitations (connection_id);
CREATE INDEX invitations_expires ON invitations (expires_at);

-- Browsers that opened an invitation.
CREATE TABLE invitation_openings (
    browser BLOB NOT NULL,
    invitation_id TEXT NOT NULL REFERENCES invitations (id) ON DELETE CASCADE,
    opened_at INTEGER NOT NULL,
    PRIMARY KEY (browser, invitation_id)
) STRICT;
CREATE INDEX invitation_openings_invitation ON invitation_openings (invitation_id, opened_at);

-- Questions whether a new subject of a connection is a person who is known.
CREATE TABLE relinks (
    id TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    connection_id TEXT NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
    subject TEXT NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    email TEXT NOT NULL,
    name TEXT,
    reference TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    decided_at INTEGER,
    version INTEGER NOT NULL,
    UNIQUE (connection_id, subject)
) STRICT;
CREATE INDEX relinks_organization ON relinks (organization_id, created_at, id);
CREATE INDEX relinks_state ON relinks (organization_id, state, created_at, id);
CREATE INDEX relinks_user ON relinks (user_id);

-- Passwords of people who are not owners. An address names one person of an organization.
CREATE TABLE local_credentials (
    user_id TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    email_key TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    changed_at INTEGER NOT NULL,
    UNIQUE (organization_id, email_key)
) STRICT;
CREATE INDEX local_credentials_email ON local_credentials (email_key);

-- One-use links through which they set one: the newest of each person.
CREATE TABLE local_links (
    user_id TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    digest BLOB NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX local_links_expires ON local_links (expires_at);

-- Browsers they have signed in from before.
CREATE TABLE local_devices (
    digest BLOB PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    seen_at INTEGER NOT NULL
) STRICT;
CREATE INDEX local_devices_user ON local_devices (user_id, seen_at);
CREATE INDEX local_devices_seen ON local_devices (seen_at);
-- Roles of organizations. Those every organization has, admin and owner, are not rows: their
-- identifiers are their names.
CREATE TABLE roles (
    id TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    help TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    version INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX roles_name ON roles (organization_id, name_key);

-- Groups of a connection's provider that give roles.
CREATE TABLE role_mappings (
    connection_id TEXT NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
    role_id TEXT NOT NULL,
    group_value TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    -- Somebody came with the group, last on that day.
    last_seen_at INTEGER,
    PRIMARY KEY (connection_id, role_id, group_value)
) STRICT;
CREATE INDEX role_mappings_role ON role_mappings (role_id);

-- Who has which role, and which connection gave it; '' = by hand.
CREATE TABLE user_roles (
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role_id TEXT NOT NULL,
    source TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, role_id, source)
) STRICT;
CREATE INDEX user_roles_role ON user_roles (role_id);
CREATE INDEX user_roles_source ON user_roles (source);

-- What owners sign in with at the owner's door. One address names one owner.
CREATE TABLE owner_credentials (
    user_id TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    email_key TEXT NOT NULL UNIQUE,
    password_hash TEXT,
    changed_at INTEGER NOT NULL,
    last_sign_in_at INTEGER
) STRICT;

-- One-use links printed on the host.
CREATE TABLE owner_links (
    digest BLOB PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER
) STRICT;

-- Browsers an owner has signed in from before.
CREATE TABLE owner_devices (
    digest BLOB PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL
) STRICT;
CREATE INDEX owner_devices_user ON owner_devices (user_id, seen_at);

-- The code generator of an owner (RFC 6238), with a sealed secret and the last time step a code
-- was taken of.
CREATE TABLE owner_totps (
    user_id TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    secret TEXT NOT NULL,
    last_step INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

-- Recovery codes the owner confirmed as stored. Each works once.
CREATE TABLE owner_recovery_codes (
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    digest BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    used_at INTEGER,
    PRIMARY KEY (user_id, digest)
) STRICT;

-- Passkeys of owners (WebAuthn). A credential is one owner's, and works at the host it was made
-- for; whether we are reached there is noted at every start.
CREATE TABLE owner_passkeys (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    credential_id BLOB NOT NULL UNIQUE,
    public_key BLOB NOT NULL,
    algorithm INTEGER NOT NULL,
    counter INTEGER NOT NULL,
    transports TEXT NOT NULL,
    verified_only INTEGER NOT NULL,
    host TEXT NOT NULL,
    works INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    used_at INTEGER,
    UNIQUE (user_id, name)
) STRICT;

-- What a passkey is to sign, once: one per session or second step of an owner.
CREATE TABLE owner_passkey_challenges (
    holder BLOB PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    purpose TEXT NOT NULL,
    challenge BLOB NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX owner_passkey_challenges_user ON owner_passkey_challenges (user_id);
CREATE INDEX owner_passkey_challenges_expires ON owner_passkey_challenges (expires_at);

-- Owners whose password was right, and who are not in yet.
CREATE TABLE owner_steps (
    digest BLOB PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    -- Of the password's hash: another password ends the step.
    password BLOB NOT NULL,
    onward TEXT NOT NULL,
    tries INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX owner_steps_user ON owner_steps (user_id, created_at);
CREATE INDEX owner_steps_expires ON owner_steps (expires_at);

-- Rehearsals of the owner's way in: started, and passed by somebody.
CREATE TABLE drills (
    id TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    digest BLOB NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    user_id TEXT REFERENCES users (id) ON DELETE SET NULL,
    factor TEXT,
    passed_at INTEGER
) STRICT;
CREATE INDEX drills_organization ON drills (organization_id, passed_at);
CREATE INDEX drills_user ON drills (user_id, passed_at);
CREATE INDEX drills_created ON drills (created_at, id);
CREATE INDEX drills_organization_created ON drills (organization_id, created_at, id);

-- What every administrator of an organization is told, until each has acknowledged it.
CREATE TABLE notices (
    id TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    user_id TEXT NOT NULL,
    address TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX notices_organization ON notices (organization_id, created_at, id);
CREATE INDEX notices_created ON notices (created_at, id);
CREATE TABLE notice_acknowledgements (
    notice_id TEXT NOT NULL REFERENCES notices (id) ON DELETE CASCADE,
    actor TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (notice_id, actor)
) STRICT;

-- Failed tries per address or account.
CREATE TABLE throttles (
    name TEXT PRIMARY KEY,
    failures INTEGER NOT NULL,
    last_at INTEGER NOT NULL
) STRICT;
CREATE INDEX throttles_last ON throttles (last_at);

CREATE TABLE attempts (
    id TEXT PRIMARY KEY,
    reference TEXT NOT NULL UNIQUE,
    handle BLOB NOT NULL UNIQUE,
    browser BLOB,
    purpose TEXT NOT NULL,
    -- 1 = a test of a connection, in which nobody is to get in.
    test INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL,
    state_data TEXT NOT NULL,
    code TEXT,
    checks TEXT NOT NULL,
    hops TEXT NOT NULL,
    organization_id TEXT,
    connection_id TEXT,
    app_id TEXT,
    user_id TEXT,
    -- 1 = a provider vouched for somebody in it, or somebody got in. Only strangers can make
    -- many of the others, and those go first.
    proved INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX attempts_created ON attempts (created_at);
CREATE INDEX attempts_proved ON attempts (proved, created_at);
-- People vouched for and not let in yet: forgotten when the attempt runs out.
CREATE INDEX attempts_verified ON attempts (created_at) WHERE state = 'verified';
-- Unknown until somebody is let in, nearly always.
CREATE INDEX attempts_organization ON attempts (organization_id, created_at)
    WHERE organization_id IS NOT NULL;
-- What is counted of the attempts that ended, without a look at their rows.
CREATE INDEX attempts_ended
    ON attempts (created_at, organization_id, connection_id, state, code, test)
    WHERE state IN ('admitted', 'tested', 'refused');

-- What stands beside an attempt in rows of its own is not written anew at each of its steps.
-- What is kept of the provider's answer, sealed.
CREATE TABLE attempt_evidence (
    attempt_id TEXT PRIMARY KEY REFERENCES attempts (id) ON DELETE CASCADE,
    sealed TEXT NOT NULL
) STRICT;

-- When an app exchanged the code that an attempt gave it, or tried to.
CREATE TABLE attempt_redemptions (
    attempt_id TEXT PRIMARY KEY REFERENCES attempts (id) ON DELETE CASCADE,
    redeemed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Messages of providers, kept whole while an administrator asked for it, sealed.
CREATE TABLE captures (
    attempt_id TEXT PRIMARY KEY REFERENCES attempts (id) ON DELETE CASCADE,
    connection_id TEXT NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    sealed TEXT NOT NULL
) STRICT;
CREATE INDEX captures_connection ON captures (connection_id, created_at);
CREATE INDEX captures_created ON captures (created_at);

-- How far the clock of a connection's provider is ahead of ours, in milliseconds: the median
-- of the last sign-ins.
CREATE TABLE connection_clocks (
    connection_id TEXT PRIMARY KEY REFERENCES connections (id) ON DELETE CASCADE,
    median_skew INTEGER NOT NULL,
    samples INTEGER NOT NULL,
    measured_at INTEGER NOT NULL
) STRICT;

-- Assertions that were used, remembered longer than they are valid.
CREATE TABLE used_assertions (
    connection_id TEXT NOT NULL,
    digest BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (connection_id, digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX used_assertions_expires ON used_assertions (expires_at);

CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    secret BLOB NOT NULL UNIQUE,
    -- No cascade: whoever removes a person ends their sessions first, so that apps are told.
    user_id TEXT NOT NULL REFERENCES users (id),
    organization_id TEXT NOT NULL,
    method TEXT NOT NULL,
    -- What an owner proved beside the password.
    second_factor TEXT,
    authenticated_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    -- The ID token of the provider, sealed: shown to it at sign-out.
    logout_hint TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_organization ON sessions (organization_id);
CREATE INDEX sessions_expires ON sessions (expires_at);

-- Apps that were given codes in a session and want to be told when it ends.
CREATE TABLE session_apps (
    session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    app_id TEXT NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
    first_at INTEGER NOT NULL,
    PRIMARY KEY (session_id, app_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX session_apps_app ON session_apps (app_id);

-- What apps are told of sessions that ended. Outlives session and person.
CREATE TABLE logout_deliveries (
    session_id TEXT NOT NULL,
    app_id TEXT NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL,
    state TEXT NOT NULL,
    tries INTEGER NOT NULL,
    first_tried_at INTEGER,
    -- 0 = at once.
    next_at INTEGER NOT NULL,
    finding TEXT,
    finished_at INTEGER,
    PRIMARY KEY (session_id, app_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX logout_deliveries_due ON logout_deliveries (app_id, next_at)
    WHERE state = 'pending';
CREATE INDEX logout_deliveries_user ON logout_deliveries (user_id) WHERE state = 'pending';
CREATE INDEX logout_deliveries_finished ON logout_deliveries (finished_at);

-- What ending all access of a person came to, apart from what becomes of the deliveries.
CREATE TABLE end_access_receipts (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL,
    organization_id TEXT NOT NULL,
    data TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX end_access_receipts_created ON end_access_receipts (created_at);

-- Sign-outs, for the browser they happened in: what its page says, and the way back from the
-- provider's own sign-out.
CREATE TABLE sign_outs (
    -- Digest of the cookie of a browser somebody signed out in.
    secret BLOB PRIMARY KEY,
    session_id TEXT NOT NULL,
    connection_id TEXT,
    -- Apps that were signed in to and cannot be told.
    untold TEXT NOT NULL,
    -- Where the app that asked wants people back.
    return_to TEXT,
    -- That of the session; removed when it was sent.
    logout_hint TEXT,
    -- Digest of the state the provider brings back.
    state BLOB UNIQUE,
    returned_at INTEGER,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX sign_outs_expires ON sign_outs (expires_at);

-- Authorization codes; kept after use so that a second use is noticed, with the digest of the
-- one access token that was given for them.
CREATE TABLE codes (
    digest BLOB PRIMARY KEY,
    app_id TEXT NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
    session_id TEXT NOT NULL,
    grant_data TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER,
    access_token BLOB
) STRICT, WITHOUT ROWID;
CREATE INDEX codes_expires ON codes (expires_at);

CREATE TABLE access_tokens (
    digest BLOB PRIMARY KEY,
    app_id TEXT NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
    session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    -- Goes with the session, which refers to the person.
    user_id TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX access_tokens_session ON access_tokens (session_id);
CREATE INDEX access_tokens_expires ON access_tokens (expires_at);

-- Keys we sign with. The private half is sealed.
CREATE TABLE signing_keys (
    id TEXT PRIMARY KEY,
    algorithm TEXT NOT NULL,
    state TEXT NOT NULL,
    private_key BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    activates_at INTEGER NOT NULL,
    retired_at INTEGER,
    expires_at INTEGER
) STRICT;

CREATE TABLE api_tokens (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    digest BLOB NOT NULL UNIQUE,
    organization_id TEXT REFERENCES organizations (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER,
    revoked_at INTEGER
) STRICT;

CREATE INDEX api_tokens_created ON api_tokens (created_at, id) WHERE revoked_at IS NULL;
CREATE INDEX api_tokens_organization ON api_tokens (organization_id, created_at, id);

-- Answers to creations that carried a key of the caller's, so that a repeat is the same.
CREATE TABLE idempotency_keys (
    actor TEXT NOT NULL,
    name TEXT NOT NULL,
    request BLOB NOT NULL,
    status INTEGER NOT NULL,
    response TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (actor, name)
) STRICT;
CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at);

CREATE TABLE audit_events (
    id TEXT PRIMARY KEY,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    organization_id TEXT,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    before_data TEXT,
    after_data TEXT
) STRICT;
CREATE INDEX audit_events_at ON audit_events (at, id);
CREATE INDEX audit_events_organization ON audit_events (organization_id, at, id);
