SELECT event
FROM handoff_events
WHERE conversation = $1 AND seq > $2
ORDER BY seq
LIMIT $3
