SELECT key, lookup, service, version, expires_at, body
FROM records
WHERE kind = ? AND key > ? AND (expires_at IS NULL OR expires_at > ?)
ORDER BY key
LIMIT ?
