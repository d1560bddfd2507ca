SELECT id
FROM conversations
WHERE visitor = ? AND service = ? AND status <> 'closed'
ORDER BY open_key IS NULL, opened_at DESC, id DESC
LIMIT 1
