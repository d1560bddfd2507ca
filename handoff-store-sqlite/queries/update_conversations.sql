-- What never changes is left alone, and with it its indexes; open_key changes rarely, by statements of its own.
ON CONFLICT (num) DO UPDATE SET
    version = excluded.version, open = excluded.open, calm = excluded.calm, newest = excluded.newest,
    waiting_since = excluded.waiting_since, status = excluded.status, follow_up = excluded.follow_up,
    holder = excluded.holder, score = excluded.score, category = excluded.category, page = excluded.page,
    wake = excluded.wake, state = excluded.state
