SELECT key, lookup, service, version, expires_at, body
FROM handoff_records
WHERE kind = $1 AND key = $2 AND (expires_at IS NULL OR expires_at > $3)
