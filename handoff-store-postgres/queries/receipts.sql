SELECT conversation, key, digest, first, version
FROM unnest($1::uuid[], $2::bytea[]) AS wanted (conversation, key)
JOIN handoff_receipts USING (conversation, key)
