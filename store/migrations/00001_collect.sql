-- What is collected: places we read, what they said, chats and the editor's edits.

-- +goose Up

-- Sources added by command; those of the config file are not repeated here.
CREATE TABLE sources (
    id        TEXT PRIMARY KEY,
    kind      TEXT NOT NULL CHECK (kind IN ('feed', 'page', 'mastodon', 'file')),
    url       TEXT NOT NULL UNIQUE,
    title     TEXT NOT NULL DEFAULT '',
    section   TEXT NOT NULL DEFAULT '',
    topic     TEXT NOT NULL DEFAULT '',
    weight    DOUBLE PRECISION NOT NULL DEFAULT 1 CHECK (weight >= 0 AND weight <= 2),
    lang      TEXT NOT NULL DEFAULT '',
    tag       TEXT NOT NULL DEFAULT '',
    selectors TEXT NOT NULL DEFAULT '{}', -- JSON
    added_at  TIMESTAMP NOT NULL
);

-- The memory of a source from one read to the next, wherever it is registered.
CREATE TABLE visits (
    source        TEXT PRIMARY KEY,
    url           TEXT NOT NULL DEFAULT '', -- the address the validators belong to
    etag          TEXT NOT NULL DEFAULT '',
    last_modified TEXT NOT NULL DEFAULT '',
    title         TEXT NOT NULL DEFAULT '',
    first_at      TIMESTAMP,
    last_at       TIMESTAMP,
    next_at       TIMESTAMP,
    status        INTEGER NOT NULL DEFAULT 0,
    failures      INTEGER NOT NULL DEFAULT 0 CHECK (failures >= 0),
    error         TEXT NOT NULL DEFAULT '',
    items         INTEGER NOT NULL DEFAULT 0,
    claimed_until TIMESTAMP -- a process reads it; NULL when nobody does
);

CREATE TABLE items (
    id         TEXT PRIMARY KEY,
    source     TEXT NOT NULL,
    outlet     TEXT NOT NULL DEFAULT '',
    guid       TEXT NOT NULL DEFAULT '',
    url        TEXT NOT NULL,
    title      TEXT NOT NULL,
    summary    TEXT NOT NULL DEFAULT '',
    excerpt    TEXT NOT NULL DEFAULT '',
    author     TEXT NOT NULL DEFAULT '',
    lang       TEXT NOT NULL DEFAULT '',
    section    TEXT NOT NULL DEFAULT '',
    topic      TEXT NOT NULL DEFAULT '',
    weight     DOUBLE PRECISION NOT NULL DEFAULT 1,
    published  TIMESTAMP NOT NULL,
    undated    BOOLEAN NOT NULL DEFAULT FALSE,
    first_seen TIMESTAMP NOT NULL,
    folded     TEXT NOT NULL DEFAULT '' -- title and summary in lower case, for searching
);
CREATE INDEX items_by_time ON items (published, id);
CREATE INDEX items_by_url ON items (url);

-- Chats added by command.
CREATE TABLE chats (
    tag        TEXT PRIMARY KEY,
    title      TEXT NOT NULL DEFAULT '',
    zone       TEXT NOT NULL DEFAULT '',
    weekday    INTEGER NOT NULL CHECK (weekday >= 0 AND weekday <= 6), -- 0 is Sunday
    start_time TEXT NOT NULL, -- 15:04 in its zone
    minutes    INTEGER NOT NULL DEFAULT 60 CHECK (minutes > 0),
    style      TEXT NOT NULL DEFAULT '' CHECK (style IN ('', 'T', 'Q')),
    moderators TEXT NOT NULL DEFAULT '[]', -- JSON
    policy     TEXT NOT NULL DEFAULT 'aggregate-only' CHECK (policy IN ('aggregate-only', 'named-with-link', 'ask-first')),
    networks   TEXT NOT NULL DEFAULT '[]', -- JSON
    added_at   TIMESTAMP NOT NULL
);

CREATE TABLE posts (
    id          TEXT PRIMARY KEY,
    tag         TEXT NOT NULL,
    network     TEXT NOT NULL DEFAULT '',
    uri         TEXT NOT NULL DEFAULT '',
    url         TEXT NOT NULL DEFAULT '',
    author      TEXT NOT NULL DEFAULT '',
    handle      TEXT NOT NULL DEFAULT '',
    text        TEXT NOT NULL DEFAULT '',
    lang        TEXT NOT NULL DEFAULT '',
    posted_at   TIMESTAMP NOT NULL,
    edited_at   TIMESTAMP,
    reply_to    TEXT NOT NULL DEFAULT '',
    repost_of   TEXT NOT NULL DEFAULT '',
    likes       INTEGER NOT NULL DEFAULT 0,
    reposts     INTEGER NOT NULL DEFAULT 0,
    replies     INTEGER NOT NULL DEFAULT 0,
    links       TEXT NOT NULL DEFAULT '[]', -- JSON
    tags        TEXT NOT NULL DEFAULT '[]', -- JSON
    never_quote BOOLEAN NOT NULL DEFAULT FALSE,
    source      TEXT NOT NULL DEFAULT '',
    fetched_at  TIMESTAMP
);
CREATE INDEX posts_by_time ON posts (posted_at, id);
CREATE INDEX posts_by_uri ON posts (uri);
CREATE INDEX posts_by_url ON posts (url);
CREATE INDEX posts_by_repost ON posts (repost_of);

-- Posts whose authors took them back: nothing but keyed hashes of their
-- identities, so that no later import brings them in again (CH-22).
CREATE TABLE forgotten_posts (
    hash         TEXT PRIMARY KEY,
    forgotten_at TIMESTAMP NOT NULL
);

-- What the editor changed in the issue of that number.
CREATE TABLE edits (
    issue   INTEGER NOT NULL,
    item    TEXT NOT NULL, -- the item's or the post's
    dropped BOOLEAN NOT NULL DEFAULT FALSE,
    pinned  BOOLEAN NOT NULL DEFAULT FALSE,
    place   INTEGER NOT NULL DEFAULT 0 CHECK (place >= 0), -- 0 leaves it to the ranker
    note    TEXT NOT NULL DEFAULT '',
    title   TEXT NOT NULL DEFAULT '',
    text    TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (issue, item)
);

-- +goose Down
DROP TABLE edits;
DROP TABLE forgotten_posts;
DROP TABLE posts;
DROP TABLE chats;
DROP TABLE items;
DROP TABLE visits;
DROP TABLE sources;
