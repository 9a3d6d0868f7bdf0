-- What is mailed: issues, letters to one person, and a ledger of each delivery.

-- +goose Up

-- One issue a slot, whatever the number of processes: whoever inserts the slot
-- first has it. Readers get an issue from 'sending' on.
CREATE TABLE issues (
    number      INTEGER PRIMARY KEY CHECK (number > 0),
    slot        TIMESTAMP NOT NULL UNIQUE,
    state       TEXT NOT NULL CHECK (state IN ('approved', 'held', 'skipped', 'missed', 'sending', 'paused', 'sent')),
    reason      TEXT NOT NULL DEFAULT '', -- why it is held, missed or paused
    fingerprint TEXT NOT NULL DEFAULT '', -- of content
    content     TEXT NOT NULL DEFAULT '', -- JSON: as approved, then as frozen
    approved_at TIMESTAMP,
    frozen_at   TIMESTAMP, -- the Date of its mails
    ended_at    TIMESTAMP
);

-- One batch of deliveries of the same kind: an issue, or a letter.
CREATE TABLE mailings (
    id         TEXT PRIMARY KEY,
    kind       TEXT NOT NULL CHECK (kind IN ('issue', 'letter')),
    issue      INTEGER UNIQUE REFERENCES issues (number),
    needs      TEXT NOT NULL DEFAULT '' CHECK (needs IN ('', 'pending', 'active')), -- the state a recipient must be in
    address    TEXT NOT NULL DEFAULT '', -- where a letter to nobody on the list goes
    seed       TEXT NOT NULL,            -- secret that Message-IDs, boundaries and slots are made of
    header     TEXT NOT NULL DEFAULT '', -- JSON: the sender as frozen; '' means as configured
    planned    INTEGER NOT NULL DEFAULT 0,
    paused     BOOLEAN NOT NULL DEFAULT FALSE,
    created_at TIMESTAMP NOT NULL,
    CHECK ((kind = 'issue') = (issue IS NOT NULL))
);

-- Each distinct mail of a mailing, rendered, its personal links still slots.
CREATE TABLE variants (
    mailing TEXT NOT NULL REFERENCES mailings (id) ON DELETE CASCADE,
    name    TEXT NOT NULL, -- language|topics|format
    subject TEXT NOT NULL,
    html    TEXT NOT NULL DEFAULT '', -- '' is a mail in plain text
    text    TEXT NOT NULL,
    PRIMARY KEY (mailing, name)
);

-- One mail to one person. Queueing it twice changes nothing.
CREATE TABLE deliveries (
    mailing   TEXT NOT NULL REFERENCES mailings (id) ON DELETE CASCADE,
    recipient TEXT NOT NULL, -- a subscriber, who may be gone since
    variant   TEXT NOT NULL,
    priority  INTEGER NOT NULL DEFAULT 1, -- letters are 0 and go first
    state     TEXT NOT NULL DEFAULT 'queued' CHECK (state IN
              ('queued', 'claimed', 'sending', 'sent', 'deferred', 'bounced', 'skipped', 'uncertain')),
    due_at    TIMESTAMP NOT NULL DEFAULT '1970-01-01 00:00:00+00:00', -- at once, even when a clock is set back
    sender    TEXT NOT NULL DEFAULT '', -- whose claim it is
    fence     INTEGER NOT NULL DEFAULT 0, -- raised by every claim, so that an older one is void
    attempts  INTEGER NOT NULL DEFAULT 0,
    doubts    INTEGER NOT NULL DEFAULT 0, -- attempts that were never answered after the last octet
    failed_at TIMESTAMP, -- the first failure
    code      INTEGER NOT NULL DEFAULT 0, -- SMTP reply code of the last failure
    reply     TEXT NOT NULL DEFAULT '',   -- what the relay said, or why it was skipped
    done_at   TIMESTAMP,
    PRIMARY KEY (mailing, recipient)
);
CREATE INDEX deliveries_due ON deliveries (priority, due_at, recipient) WHERE state IN ('queued', 'deferred');
CREATE INDEX deliveries_open ON deliveries (sender, mailing) WHERE state IN ('claimed', 'sending');
CREATE INDEX deliveries_by_state ON deliveries (mailing, state);
CREATE INDEX deliveries_of_letters ON deliveries (recipient) WHERE priority = 0;

-- The processes that send now. A row whose beats stand still is dead.
CREATE TABLE senders (
    id    TEXT PRIMARY KEY,
    beats INTEGER NOT NULL DEFAULT 0
);

-- +goose Down
DROP TABLE senders;
DROP TABLE deliveries;
DROP TABLE variants;
DROP TABLE mailings;
DROP TABLE issues;
