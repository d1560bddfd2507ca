SELECT id, attempts, due, notification, dead
FROM handoff_outbox
WHERE conversation = $1
ORDER BY id
