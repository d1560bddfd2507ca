SELECT num, conversation, seq, event
FROM events
WHERE num > ?
ORDER BY num
LIMIT ?
