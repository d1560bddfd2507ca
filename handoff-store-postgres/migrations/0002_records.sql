-- Services, team, sessions, settings: versioned records. Keys are bytes, so that they are compared byte for byte.
CREATE TABLE handoff_records (
    kind text COLLATE "C" NOT NULL,
    key bytea NOT NULL,
    lookup bytea,
    service text COLLATE "C",
    version bigint NOT NULL,
    expires_at bigint,
    body bytea NOT NULL,
    PRIMARY KEY (kind, key)
);

CREATE UNIQUE INDEX handoff_records_lookup ON handoff_records (kind, lookup) WHERE lookup IS NOT NULL;
CREATE INDEX handoff_records_expiry ON handoff_records (expires_at) WHERE expires_at IS NOT NULL;
