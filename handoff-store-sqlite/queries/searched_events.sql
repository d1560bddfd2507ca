-- The events of a conversation that are in the index of words.
SELECT seq, event
FROM events
WHERE conversation = ? AND num <= (SELECT searched.num FROM searched)
