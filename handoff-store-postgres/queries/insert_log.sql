-- Events, receipts and notifications of a batch in one round trip.
WITH receipts AS (
    INSERT INTO handoff_receipts (conversation, key, digest, first, version)
    SELECT * FROM unnest($5::uuid[], $6::bytea[], $7::bigint[], $8::bigint[], $9::bigint[])
),
outbox AS (
    INSERT INTO handoff_outbox (id, conversation, at, attempts, due, dead, notification)
    SELECT *
    FROM unnest($10::uuid[], $11::uuid[], $12::bigint[], $13::bigint[], $14::bigint[], $15::boolean[], $16::bytea[])
)
INSERT INTO handoff_events (conversation, seq, event, words)
SELECT conversation, seq, event, array_to_tsvector(string_to_array(words, ' '))
FROM unnest($1::uuid[], $2::bigint[], $3::bytea[], $4::text[]) AS log (conversation, seq, event, words)
