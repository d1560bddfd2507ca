-- Rows that another node is taking are passed over. Each is answered as it was before it was taken.
WITH taken AS (
    SELECT id, attempts, due, notification
    FROM handoff_outbox
    WHERE NOT dead AND due <= $1
    ORDER BY due, id
    LIMIT $3
    FOR UPDATE SKIP LOCKED
),
marked AS (
    UPDATE handoff_outbox
    SET due = $2, attempts = handoff_outbox.attempts + 1
    FROM taken
    WHERE handoff_outbox.id = taken.id
)
SELECT id, attempts, due, notification
FROM taken
ORDER BY due, id
