UPDATE handoff_conversations SET open_key = NULL WHERE id = ANY($1)
