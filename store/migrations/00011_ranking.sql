-- What the editor tells the ranker at the desk.

-- +goose Up

-- The newsletter's own words, beside those of the config file, which win.
CREATE TABLE topics (
    word   TEXT PRIMARY KEY,  -- in lower case; "nl:zorg" counts in Dutch only
    weight DOUBLE PRECISION NOT NULL CHECK (weight >= 0 AND weight <= 5) -- 0 takes a built-in word out
);

-- What kind of text the editor says an item is; '' leaves it to the ranker.
ALTER TABLE edits ADD COLUMN evidence TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE edits DROP COLUMN evidence;
DROP TABLE topics;
