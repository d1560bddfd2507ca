-- The events of a conversation that may be in the index of words.
SELECT seq, event
FROM events
WHERE conversation = ?1 AND seq NOT IN (SELECT seq FROM unsearched WHERE conversation = ?1)
