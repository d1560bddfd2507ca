SELECT EXISTS (SELECT 1 FROM handoff_records WHERE kind = $1 AND lookup = $2 AND key <> $3)
