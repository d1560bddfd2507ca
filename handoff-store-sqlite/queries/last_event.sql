-- The last place in the log that was taken.
SELECT max(coalesce((SELECT max(num) FROM events), 0), (SELECT num FROM searched))
