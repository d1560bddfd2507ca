SELECT conversation, key, digest, first, version
FROM receipts
WHERE conversation = (SELECT num FROM conversations WHERE id = ?)
ORDER BY key
