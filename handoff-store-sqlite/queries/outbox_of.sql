SELECT id, attempts, due, notification, dead
FROM outbox
WHERE conversation = ?
ORDER BY id
