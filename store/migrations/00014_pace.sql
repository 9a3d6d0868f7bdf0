-- How fast mail goes, for all senders together and over their restarts, and what
-- a sender on PostgreSQL notes of each message.

-- +goose Up

-- A rate that senders share: until when its moments are booked.
CREATE TABLE paces (
    name TEXT PRIMARY KEY,
    free BIGINT NOT NULL -- the first free moment, in microseconds since 1970
);

-- How many mails of issues began on each day of an address that warms up.
CREATE TABLE warmup_days (
    address TEXT NOT NULL, -- our own, that mails come from
    day     TEXT NOT NULL, -- "2026-03-03", in the newsletter's zone
    begun   INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (address, day)
);

-- What a sender on PostgreSQL noted and no window's commit has taken over yet;
-- SQLite's senders keep a file.
CREATE TABLE sender_notes (
    sender TEXT NOT NULL,
    number BIGINT NOT NULL,
    notes  BYTEA NOT NULL, -- records of how messages began and ended
    PRIMARY KEY (sender, number)
);

-- +goose Down
DROP TABLE sender_notes;
DROP TABLE warmup_days;
DROP TABLE paces;
