-- What was checked of a provider's answer: most of what is ever kept of an attempt, and it does not
-- change any more. Written once, beside the attempt, it is not written anew when somebody is let in.
-- Attempts of before have all of their checks in their own rows.
CREATE TABLE attempt_checks (
    attempt_id TEXT PRIMARY KEY REFERENCES attempts (id) ON DELETE CASCADE,
    checks TEXT NOT NULL
) STRICT;
