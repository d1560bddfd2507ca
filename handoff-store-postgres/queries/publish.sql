SELECT pg_notify($1, payload)
FROM unnest($2::text[]) WITH ORDINALITY AS said (payload, nth)
ORDER BY nth
