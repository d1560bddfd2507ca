INSERT INTO records (kind, key, lookup, service, version, expires_at, body)
VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (kind, key) DO UPDATE SET
    lookup = excluded.lookup, service = excluded.service, version = excluded.version, expires_at = excluded.expires_at,
    body = excluded.body
