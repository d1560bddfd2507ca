SELECT id, attempts, due, notification
FROM handoff_outbox
WHERE dead
ORDER BY at DESC, id
LIMIT $1
