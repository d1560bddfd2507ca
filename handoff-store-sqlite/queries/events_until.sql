SELECT event
FROM events
WHERE conversation = (SELECT num FROM conversations WHERE id = ?) AND seq <= ?
ORDER BY seq DESC
LIMIT ?
