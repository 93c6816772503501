-- Digests of codes, access tokens, session cookies and handles of attempts begin with the moment
-- they were given. Codes and access tokens go by that, without an index of their own. Those that
-- were given before would not be found again, and are worth nothing within the hour anyway; who is
-- signed in signs in once more.
DROP INDEX codes_expires;
DROP INDEX access_tokens_expires;
DELETE FROM codes;
DELETE FROM access_tokens;
