-- What the journal beside the database and the database know of each other.

-- +goose Up

CREATE TABLE journal (
    one       INTEGER PRIMARY KEY CHECK (one = 1),
    id        TEXT NOT NULL DEFAULT '',   -- whose journal it is; '' until there is one
    seq       BIGINT NOT NULL DEFAULT 0,  -- number of the last entry that this database knows
    place     BIGINT NOT NULL DEFAULT 0,  -- where its batch stands in the file; a hint
    copied_at TIMESTAMP                   -- set in a backup, until it is in use again
);
INSERT INTO journal (one) VALUES (1);

-- +goose Down
DROP TABLE journal;
