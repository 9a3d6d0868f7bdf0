-- Sources on Bluesky. All its tags are read at one address, so that it is the
-- address, the kind and the tag together that a source is known by.

-- +goose Up
CREATE TABLE sources_anew (
    id        TEXT PRIMARY KEY,
    kind      TEXT NOT NULL CHECK (kind IN ('feed', 'page', 'mastodon', 'bluesky', 'file')),
    url       TEXT NOT NULL,
    title     TEXT NOT NULL DEFAULT '',
    section   TEXT NOT NULL DEFAULT '',
    topic     TEXT NOT NULL DEFAULT '',
    weight    DOUBLE PRECISION NOT NULL DEFAULT 1 CHECK (weight >= 0 AND weight <= 2),
    lang      TEXT NOT NULL DEFAULT '',
    tag       TEXT NOT NULL DEFAULT '',
    selectors TEXT NOT NULL DEFAULT '{}', -- JSON
    added_at  TIMESTAMP NOT NULL,
    UNIQUE (url, kind, tag)
);
INSERT INTO sources_anew (id, kind, url, title, section, topic, weight, lang, tag, selectors, added_at)
SELECT id, kind, url, title, section, topic, weight, lang, tag, selectors, added_at FROM sources;
DROP TABLE sources;
ALTER TABLE sources_anew RENAME TO sources;

-- +goose Down
CREATE TABLE sources_before (
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
INSERT INTO sources_before (id, kind, url, title, section, topic, weight, lang, tag, selectors, added_at)
SELECT id, kind, url, title, section, topic, weight, lang, tag, selectors, added_at FROM sources
WHERE id IN (SELECT MIN(id) FROM sources WHERE kind <> 'bluesky' GROUP BY url);
DROP TABLE sources;
ALTER TABLE sources_before RENAME TO sources;
