SELECT place, unsearched.conversation, unsearched.seq, event
FROM unsearched
LEFT JOIN events ON events.conversation = unsearched.conversation AND events.seq = unsearched.seq
ORDER BY place
LIMIT ?
