-- A conversation: what is looked up or sorted by stands in columns of its own, the rest in `state`. Texts that may hold a
-- NUL, which Postgres keeps in no text and no jsonb, are bytes of UTF-8; `state` and events are JSON in such bytes.
CREATE TABLE handoff_conversations (
    id uuid PRIMARY KEY,
    service text COLLATE "C" NOT NULL,
    visitor text COLLATE "C" NOT NULL,
    opened_at bigint NOT NULL,
    open_key text COLLATE "C",       -- unique among conversations that are open
    version bigint NOT NULL,
    lane smallint NOT NULL,          -- 0: needs attention, 1: open and calm, 2: no longer open
    newest bigint NOT NULL,          -- minus the time of the last word: the newest sorts first
    answered smallint NOT NULL,      -- 0: the visitor's word is the last, 1: it is not
    waiting_rank bigint NOT NULL,    -- since when the visitor waits, else like newest
    status text COLLATE "C" NOT NULL,
    follow_up boolean NOT NULL,
    holder text COLLATE "C",
    score smallint,
    category bytea,
    page bytea NOT NULL,
    wake bigint,
    state bytea NOT NULL
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);

CREATE UNIQUE INDEX handoff_conversations_open_key ON handoff_conversations (open_key) WHERE open_key IS NOT NULL;
CREATE INDEX handoff_conversations_visitor ON handoff_conversations (visitor, service);
CREATE INDEX handoff_conversations_service ON handoff_conversations (service, lane, status);
CREATE INDEX handoff_conversations_wake ON handoff_conversations (wake, id) WHERE wake IS NOT NULL;

-- The orders of boards.
CREATE INDEX handoff_conversations_newest ON handoff_conversations (lane, newest, id);
CREATE INDEX handoff_conversations_oldest ON handoff_conversations (lane, opened_at, id);
CREATE INDEX handoff_conversations_waiting ON handoff_conversations (lane, answered, waiting_rank, id);

-- The log. `words` are those of what was said, as src/search.rs folds them.
CREATE TABLE handoff_events (
    conversation uuid NOT NULL,
    seq bigint NOT NULL,
    event bytea NOT NULL,
    words tsvector,
    PRIMARY KEY (conversation, seq)
);

CREATE INDEX handoff_events_words ON handoff_events USING gin (words) WHERE words IS NOT NULL;

-- Commands that were done.
CREATE TABLE handoff_receipts (
    conversation uuid NOT NULL,
    key bytea NOT NULL,
    digest bigint NOT NULL,
    first bigint NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (conversation, key)
);

-- Notifications that are to be delivered, and dead letters.
CREATE TABLE handoff_outbox (
    id uuid PRIMARY KEY,
    conversation uuid NOT NULL,
    at bigint NOT NULL,
    attempts bigint NOT NULL,
    due bigint NOT NULL,
    dead boolean NOT NULL DEFAULT false,
    notification bytea NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0.05);

CREATE INDEX handoff_outbox_due ON handoff_outbox (due, id) WHERE NOT dead;
CREATE INDEX handoff_outbox_dead ON handoff_outbox (at DESC, id) WHERE dead;
CREATE INDEX handoff_outbox_conversation ON handoff_outbox (conversation);
