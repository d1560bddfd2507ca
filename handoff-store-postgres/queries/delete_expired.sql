-- What stands in the way of a record, and a little more, so that nothing piles up; what another node holds is left to it.
DELETE FROM handoff_records
WHERE (kind, key) IN (
    SELECT kind, key FROM handoff_records WHERE kind = $2 AND key = $3 AND expires_at <= $1
    UNION
    SELECT kind, key FROM handoff_records WHERE kind = $2 AND lookup = $4 AND expires_at <= $1
    UNION
    SELECT kind, key
    FROM (SELECT kind, key FROM handoff_records WHERE expires_at <= $1 LIMIT 16 FOR UPDATE SKIP LOCKED) AS others
)
