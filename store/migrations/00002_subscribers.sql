-- Who gets it, and how they said yes.

-- +goose Up

CREATE TABLE subscribers (
    id           TEXT PRIMARY KEY,
    email        TEXT NOT NULL,        -- as mailed
    email_key    TEXT NOT NULL UNIQUE, -- lower-cased: one person, however it is written
    name         TEXT NOT NULL DEFAULT '',
    lang         TEXT NOT NULL DEFAULT '', -- '' means the site's
    zone         TEXT NOT NULL DEFAULT '', -- '' means the site's
    topics       TEXT NOT NULL DEFAULT '[]', -- JSON; empty means all
    format       TEXT NOT NULL DEFAULT 'html' CHECK (format IN ('html', 'text')),
    state        TEXT NOT NULL CHECK (state IN ('pending', 'active', 'unsubscribed', 'suppressed')),
    attributes   TEXT NOT NULL DEFAULT '{}', -- JSON; other columns of an import
    epoch        INTEGER NOT NULL DEFAULT 0, -- raised to make older links void
    created_at   TIMESTAMP NOT NULL,
    confirmed_at TIMESTAMP,
    left_at      TIMESTAMP, -- set while pending, too, for someone who left and signed up again
    CHECK (state <> 'active' OR confirmed_at IS NOT NULL)
);
CREATE INDEX subscribers_by_time ON subscribers (created_at, id);
CREATE INDEX subscribers_by_state ON subscribers (state, created_at, id);

-- Each yes (GDPR, article 7(1)). It goes with its subscriber.
CREATE TABLE consents (
    subscriber     TEXT NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
    version        TEXT NOT NULL DEFAULT '',
    wording        TEXT NOT NULL DEFAULT '',
    form           TEXT NOT NULL DEFAULT '',
    from_network   TEXT NOT NULL DEFAULT '', -- keyed hash of the /24 or /48
    requested_at   TIMESTAMP NOT NULL,
    confirmed_at   TIMESTAMP, -- NULL until confirmed
    confirmed_from TEXT NOT NULL DEFAULT '', -- keyed hash of the /24 or /48
    withdrawn_at   TIMESTAMP,
    PRIMARY KEY (subscriber, requested_at)
);
-- A person has one open question at a time.
CREATE UNIQUE INDEX consents_open ON consents (subscriber) WHERE confirmed_at IS NULL;

-- Addresses that must not be mailed, as keyed hashes: they outlive the
-- subscriber, and without the secret the list cannot be tried out.
CREATE TABLE suppressions (
    hash          TEXT PRIMARY KEY,
    reason        TEXT NOT NULL CHECK (reason IN ('left', 'bounced', 'complained', 'asked', 'forgotten')),
    suppressed_at TIMESTAMP NOT NULL
);

-- Sign-ups of the last day, as keyed hashes, for the limits.
CREATE TABLE signups (
    address TEXT NOT NULL,
    network TEXT NOT NULL,
    domain  TEXT NOT NULL,
    mailed  BOOLEAN NOT NULL, -- a letter went out for it
    at_time TIMESTAMP NOT NULL
);
CREATE INDEX signups_by_address ON signups (address, at_time);
CREATE INDEX signups_by_network ON signups (network, at_time);
CREATE INDEX signups_by_domain ON signups (domain, at_time);
CREATE INDEX signups_by_time ON signups (at_time);

-- +goose Down
DROP TABLE signups;
DROP TABLE suppressions;
DROP TABLE consents;
DROP TABLE subscribers;
