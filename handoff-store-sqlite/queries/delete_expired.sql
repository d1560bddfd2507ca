DELETE FROM records
WHERE (kind, key) IN (
    SELECT kind, key FROM records WHERE kind = ?2 AND key = ?3 AND expires_at <= ?1
    UNION
    SELECT kind, key FROM records WHERE kind = ?2 AND lookup = ?4 AND expires_at <= ?1
    UNION
    SELECT kind, key FROM (SELECT kind, key FROM records WHERE expires_at <= ?1 LIMIT 16)
)
