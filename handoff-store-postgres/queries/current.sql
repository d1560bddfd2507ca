SELECT id
FROM handoff_conversations
WHERE visitor = $1 AND service = $2 AND status <> 'closed'
ORDER BY open_key IS NULL, opened_at DESC, id DESC
LIMIT 1
