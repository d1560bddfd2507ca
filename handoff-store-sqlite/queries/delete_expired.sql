DELETE FROM records
WHERE num IN (
    SELECT num FROM records WHERE kind = ?2 AND key = ?3 AND expires_at <= ?1
    UNION
    SELECT num FROM records WHERE kind = ?2 AND lookup = ?4 AND expires_at <= ?1
    UNION
    SELECT num FROM (SELECT num FROM records WHERE expires_at <= ?1 LIMIT 16)
)
