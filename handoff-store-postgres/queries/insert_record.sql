INSERT INTO handoff_records (kind, key, lookup, service, version, expires_at, body)
VALUES ($1, $2, $3, $4, $5, $6, $7)
