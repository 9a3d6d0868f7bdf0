-- The audience of an issue, written down in one go when the issue is frozen.

-- +goose Up

-- Recipients whose deliveries do not exist yet, some hundreds to a row. A window
-- makes deliveries of the next rows, and deletes them in the same commit.
CREATE TABLE rolls (
    mailing    TEXT NOT NULL REFERENCES mailings (id) ON DELETE CASCADE,
    part       INTEGER NOT NULL, -- in the order of recipients
    variant    TEXT NOT NULL,
    size       INTEGER NOT NULL, -- recipients, 1 or more
    last       TEXT NOT NULL,    -- of the part's recipients
    recipients TEXT NOT NULL,    -- their IDs, a JSON list
    PRIMARY KEY (mailing, part, variant)
);

-- +goose Down
DROP TABLE rolls;
