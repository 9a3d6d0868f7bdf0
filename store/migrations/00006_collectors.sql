-- Who reads what right now, and when sources do not want to be asked.

-- +goose Up

-- One row for each run of the collector, for as long as it lives. It names all
-- that the run took at once: a run that reads a thousand sources writes one row.
CREATE TABLE collectors (
    id          TEXT PRIMARY KEY,
    sources     TEXT NOT NULL,     -- JSON list of source IDs
    lease_until TIMESTAMP NOT NULL -- after that it counts as dead, and its sources are free
);

ALTER TABLE visits DROP COLUMN claimed_until;
ALTER TABLE visits ADD COLUMN skip_hours INTEGER NOT NULL DEFAULT 0; -- bit 0 is the hour from 00:00 UTC
ALTER TABLE visits ADD COLUMN skip_days INTEGER NOT NULL DEFAULT 0;  -- bit 0 is Sunday, UTC

-- +goose Down
ALTER TABLE visits DROP COLUMN skip_days;
ALTER TABLE visits DROP COLUMN skip_hours;
ALTER TABLE visits ADD COLUMN claimed_until TIMESTAMP;
DROP TABLE collectors;
