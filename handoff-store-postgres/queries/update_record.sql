UPDATE handoff_records
SET lookup = $3, service = $4, version = $5, expires_at = $6, body = $7
WHERE kind = $1 AND key = $2
