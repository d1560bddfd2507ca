SELECT id
FROM handoff_conversations
WHERE visitor = $1 AND service = $2
ORDER BY id
FOR UPDATE
