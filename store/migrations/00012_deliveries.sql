-- A send writes each delivery three times, and pays for each index and each
-- word of a check that it passes.

-- +goose Up

-- The same table with the states that nearly all deliveries go through first in
-- its check: SQLite looks at a list as a whole, and at these one by one. Only the
-- count of an issue needed the index by state, and it can walk over the issue.
CREATE TABLE deliveries_anew (
    mailing   TEXT NOT NULL REFERENCES mailings (id) ON DELETE CASCADE,
    recipient TEXT NOT NULL, -- a subscriber, who may be gone since
    variant   TEXT NOT NULL,
    priority  INTEGER NOT NULL DEFAULT 1, -- letters are 0 and go first
    state     TEXT NOT NULL DEFAULT 'queued' CHECK (state = 'sent' OR state = 'claimed' OR state = 'queued'
              OR state IN ('sending', 'deferred', 'bounced', 'skipped', 'uncertain')),
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
INSERT INTO deliveries_anew (mailing, recipient, variant, priority, state, due_at, sender, fence, attempts, doubts, failed_at, code, reply, done_at)
SELECT mailing, recipient, variant, priority, state, due_at, sender, fence, attempts, doubts, failed_at, code, reply, done_at
FROM deliveries ORDER BY mailing, recipient;
DROP TABLE deliveries;
ALTER TABLE deliveries_anew RENAME TO deliveries;

CREATE INDEX deliveries_due ON deliveries (priority, due_at, recipient) WHERE state IN ('queued', 'deferred');
CREATE INDEX deliveries_open ON deliveries (sender, mailing) WHERE state IN ('claimed', 'sending');
CREATE INDEX deliveries_of_letters ON deliveries (recipient) WHERE priority = 0;
CREATE INDEX deliveries_bounced ON deliveries (done_at) WHERE state = 'bounced';

-- +goose Down
CREATE INDEX deliveries_by_state ON deliveries (mailing, state);
