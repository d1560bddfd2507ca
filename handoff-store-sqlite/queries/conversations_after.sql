SELECT id
FROM conversations
WHERE id > ?
ORDER BY id
LIMIT ?
