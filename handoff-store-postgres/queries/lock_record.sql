SELECT version FROM handoff_records WHERE kind = $1 AND key = $2 FOR UPDATE
