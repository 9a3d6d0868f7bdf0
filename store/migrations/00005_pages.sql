-- What was asked of other people's sites beside their feeds: the pages of
-- items whose feed says too little, where short links lead, robots.txt.

-- +goose Up

-- Each page is asked once: its row is written before the request. What the page
-- said is kept apart from the item, so that a later reading of the feed can be
-- completed again.
CREATE TABLE item_pages (
    item       TEXT PRIMARY KEY REFERENCES items (id) ON DELETE CASCADE,
    asked_at   TIMESTAMP NOT NULL,
    again_at   TIMESTAMP, -- may be asked again from then on; NULL: never
    tries      INTEGER NOT NULL DEFAULT 1 CHECK (tries > 0),
    feed_title TEXT NOT NULL DEFAULT '', -- the feed's title that the page's replaces
    title      TEXT NOT NULL DEFAULT '',
    summary    TEXT NOT NULL DEFAULT '',
    excerpt    TEXT NOT NULL DEFAULT '',
    author     TEXT NOT NULL DEFAULT '',
    lang       TEXT NOT NULL DEFAULT ''
);

CREATE TABLE short_links (
    address  TEXT PRIMARY KEY,
    target   TEXT NOT NULL DEFAULT '', -- '' when it could not be followed
    asked_at TIMESTAMP NOT NULL
);

CREATE TABLE robots (
    site  TEXT PRIMARY KEY, -- scheme, host and port
    rules TEXT NOT NULL,    -- what its robots.txt says to us, written as one
    until TIMESTAMP NOT NULL
);

-- +goose Down
DROP TABLE robots;
DROP TABLE short_links;
DROP TABLE item_pages;
