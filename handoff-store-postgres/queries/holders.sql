SELECT id, open_key FROM handoff_conversations WHERE open_key = ANY($1)
