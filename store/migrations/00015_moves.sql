-- Readers who asked for their mail at another address.

-- +goose Up

-- Who leaves when the new address says yes. It goes with the new one.
CREATE TABLE moves (
    subscriber TEXT PRIMARY KEY REFERENCES subscribers (id) ON DELETE CASCADE, -- at the new address, pending
    replaces   TEXT NOT NULL                                                   -- at the old one, who may be gone since
);

-- +goose Down
DROP TABLE moves;
