-- How long a source has failed, what it asked for, where it moved, and what
-- its items were called before it renamed them all.

-- +goose Up
ALTER TABLE visits ADD COLUMN failing_since TIMESTAMP;
ALTER TABLE visits ADD COLUMN pace INTEGER NOT NULL DEFAULT 0; -- seconds
ALTER TABLE visits ADD COLUMN moved_now TEXT NOT NULL DEFAULT ''; -- read instead of the source's own address, which stays known
ALTER TABLE visits ADD COLUMN moved_to TEXT NOT NULL DEFAULT ''; -- where redirects lead that are not believed yet
ALTER TABLE visits ADD COLUMN moved_since TIMESTAMP;
ALTER TABLE visits ADD COLUMN moved_reads INTEGER NOT NULL DEFAULT 0;

CREATE TABLE item_aliases (
    alias TEXT PRIMARY KEY, -- the ID that a later reading gives
    item  TEXT NOT NULL     -- the item it means
);

-- +goose Down
DROP TABLE item_aliases;
ALTER TABLE visits DROP COLUMN moved_reads;
ALTER TABLE visits DROP COLUMN moved_since;
ALTER TABLE visits DROP COLUMN moved_to;
ALTER TABLE visits DROP COLUMN moved_now;
ALTER TABLE visits DROP COLUMN pace;
ALTER TABLE visits DROP COLUMN failing_since;
