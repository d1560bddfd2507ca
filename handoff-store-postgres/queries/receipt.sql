SELECT conversation, key, digest, first, version
FROM handoff_receipts
WHERE conversation = $1 AND key = $2
