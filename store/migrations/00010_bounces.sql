-- What came back: failures, complaints, and what nobody of ours was meant by.

-- +goose Up

-- One finding of one mail, or one delivery that the relay refused. There is no
-- address in it.
CREATE TABLE bounces (
    message    TEXT NOT NULL,             -- identity of the mail: reading it twice changes nothing
    finding    INTEGER NOT NULL,          -- a mail may speak of several recipients
    subscriber TEXT NOT NULL DEFAULT '',  -- '' is backscatter
    issue      INTEGER NOT NULL DEFAULT 0, -- 0 is a letter
    kind       TEXT NOT NULL CHECK (kind IN ('complaint', 'hard', 'soft', 'unsubscribe')),
    reason     TEXT NOT NULL DEFAULT '',
    action     TEXT NOT NULL DEFAULT '',
    status     TEXT NOT NULL DEFAULT '',  -- RFC 3463
    diagnostic TEXT NOT NULL DEFAULT '',
    trust      TEXT NOT NULL DEFAULT '',  -- how we know whom it is about
    act        TEXT NOT NULL DEFAULT '',  -- what followed
    at_time    TIMESTAMP NOT NULL,
    PRIMARY KEY (message, finding)
);
CREATE INDEX bounces_by_subscriber ON bounces (subscriber, issue);
CREATE INDEX bounces_by_issue ON bounces (issue, kind);
CREATE INDEX bounces_by_time ON bounces (at_time);

-- What the relay refused while we spoke to it is looked for every minute.
CREATE INDEX deliveries_bounced ON deliveries (done_at) WHERE state = 'bounced';

-- +goose Down
DROP INDEX deliveries_bounced;
DROP TABLE bounces;
