INSERT INTO conversations (
    num, id, service, visitor, opened_at, open_key, version, open, calm, newest, waiting_since, status, follow_up, holder,
    score, category, page, wake, state
)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
