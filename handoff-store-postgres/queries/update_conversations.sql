-- What never changes is left alone; open_key changes rarely, by statements of its own.
UPDATE handoff_conversations AS conversation
SET
    version = next.version, lane = next.lane, newest = next.newest, answered = next.answered,
    waiting_rank = next.waiting_rank, status = next.status, follow_up = next.follow_up, holder = next.holder,
    score = next.score, category = next.category, page = next.page, wake = next.wake, state = next.state
FROM unnest(
    $1::uuid[], $2::bigint[], $3::smallint[], $4::bigint[], $5::smallint[], $6::bigint[], $7::text[], $8::boolean[],
    $9::text[], $10::smallint[], $11::bytea[], $12::bytea[], $13::bigint[], $14::bytea[]
) AS next (
    id, version, lane, newest, answered, waiting_rank, status, follow_up, holder, score, category, page, wake, state
)
WHERE conversation.id = next.id
