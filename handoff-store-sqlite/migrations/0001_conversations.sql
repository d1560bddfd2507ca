-- A conversation: what is looked up or sorted by stands in columns of its own, the rest in `state`.
CREATE TABLE conversations (
    num INTEGER PRIMARY KEY,         -- short name within this file
    id BLOB NOT NULL UNIQUE,
    service TEXT NOT NULL,
    visitor TEXT NOT NULL,
    opened_at INTEGER NOT NULL,
    open_key TEXT,                   -- unique among conversations that are open
    version INTEGER NOT NULL,
    open INTEGER NOT NULL,           -- 1: it goes on
    calm INTEGER NOT NULL,           -- 0: needs attention
    newest INTEGER NOT NULL,         -- minus the time of the last word: the newest sorts first
    waiting_since INTEGER,           -- the visitor's word is the last, since then
    status TEXT NOT NULL,
    follow_up INTEGER NOT NULL,
    holder TEXT,
    score INTEGER,
    category TEXT,
    page TEXT NOT NULL,
    wake INTEGER,
    state TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX conversations_open_key ON conversations (open_key) WHERE open_key IS NOT NULL;
CREATE INDEX conversations_visitor ON conversations (visitor, service);
CREATE INDEX conversations_service ON conversations (service);
CREATE INDEX conversations_wake ON conversations (wake, id) WHERE wake IS NOT NULL;

-- Everything that a board filters or sorts by: a board reads rows of the table only for the cards that it shows.
CREATE INDEX conversations_board ON conversations (
    open, calm, newest, id, service, status, follow_up, holder, score, category, opened_at, waiting_since, page
);

-- The log, in the order of commits: rows are only ever added at its end, which costs a batch few pages.
CREATE TABLE events (
    num INTEGER PRIMARY KEY,         -- rises; the writer counts it
    conversation INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    event TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX events_seq ON events (conversation, seq);

-- Commands that were done.
CREATE TABLE receipts (
    conversation INTEGER NOT NULL,
    key TEXT NOT NULL,
    digest INTEGER NOT NULL,
    first INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (conversation, key)
) STRICT, WITHOUT ROWID;

-- Notifications that are to be delivered, and dead letters.
CREATE TABLE outbox (
    id BLOB PRIMARY KEY,
    conversation BLOB NOT NULL,
    at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    due INTEGER NOT NULL,
    dead INTEGER NOT NULL DEFAULT 0,
    notification TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX outbox_due ON outbox (due, id) WHERE dead = 0;
CREATE INDEX outbox_dead ON outbox (at DESC, id) WHERE dead = 1;
CREATE INDEX outbox_conversation ON outbox (conversation);

-- The words of what was said. A row's id is the conversation's num and the event's seq, see src/search.rs.
CREATE VIRTUAL TABLE search USING fts5 (words, content = '', detail = none, columnsize = 0, tokenize = 'ascii');
INSERT INTO search (search, rank) VALUES ('secure-delete', 1);

-- Events up to this num have their words in `search`.
CREATE TABLE searched (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    num INTEGER NOT NULL
) STRICT;
INSERT INTO searched VALUES (1, 0);
