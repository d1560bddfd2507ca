UPDATE handoff_conversations AS conversation
SET open_key = taken.open_key
FROM unnest($1::uuid[], $2::text[]) AS taken (id, open_key)
WHERE conversation.id = taken.id
