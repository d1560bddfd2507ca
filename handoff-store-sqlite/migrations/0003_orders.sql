-- Boards by opening and by waiting that are not filtered further: read in their order, as far as a page goes.
CREATE INDEX conversations_opened ON conversations (open, calm, opened_at, id);
CREATE INDEX conversations_waiting ON conversations (open, calm, waiting_since, id) WHERE waiting_since IS NOT NULL;
