-- What sources changed about items after an issue had carried them.

-- +goose Up

-- One row an item and issue: a later change takes the place of the one before.
-- The item may be gone since; what readers need is here.
CREATE TABLE corrections (
    issue   INTEGER NOT NULL,
    item    TEXT NOT NULL,
    url     TEXT NOT NULL,
    outlet  TEXT NOT NULL,
    printed TEXT NOT NULL,             -- the title in the issue
    title   TEXT NOT NULL,             -- the title now
    sign    TEXT NOT NULL DEFAULT '',  -- the word that speaks of a correction
    seen_at TIMESTAMP NOT NULL,
    PRIMARY KEY (issue, item)
);

CREATE INDEX corrections_seen ON corrections (seen_at);

-- +goose Down
DROP TABLE corrections;
