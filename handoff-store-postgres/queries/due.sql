SELECT id, wake
FROM handoff_conversations
WHERE wake <= $1
ORDER BY wake, id
LIMIT $2
