INSERT INTO handoff_conversations (
    id, service, visitor, opened_at, open_key, version, lane, newest, answered, waiting_rank, status, follow_up, holder, score,
    category, page, wake, state
)
SELECT * FROM unnest(
    $1::uuid[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::bigint[], $7::smallint[], $8::bigint[], $9::smallint[],
    $10::bigint[], $11::text[], $12::boolean[], $13::text[], $14::smallint[], $15::bytea[], $16::bytea[], $17::bigint[],
    $18::bytea[]
)
