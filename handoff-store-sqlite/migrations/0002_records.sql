-- Services, team, sessions, settings: versioned records.
CREATE TABLE records (
    num INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    lookup TEXT,
    service TEXT,
    version INTEGER NOT NULL,
    expires_at INTEGER,
    body TEXT NOT NULL,
    UNIQUE (kind, key)
) STRICT;

CREATE UNIQUE INDEX records_lookup ON records (kind, lookup) WHERE lookup IS NOT NULL;
CREATE INDEX records_expiry ON records (expires_at) WHERE expires_at IS NOT NULL;
