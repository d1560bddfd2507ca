-- In one order everywhere, so that two nodes that want the same rows wait for each other and never in a circle.
SELECT id, version, open_key
FROM handoff_conversations
WHERE id = ANY($1)
ORDER BY id
FOR UPDATE
