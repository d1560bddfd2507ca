-- Every service by leaps from one to the next, and the open conversations of each by a look into the same index.
WITH RECURSIVE services (service) AS (
    (SELECT service FROM handoff_conversations ORDER BY service LIMIT 1)
    UNION ALL
    SELECT next.service
    FROM services
    CROSS JOIN LATERAL (
        SELECT handoff_conversations.service
        FROM handoff_conversations
        WHERE handoff_conversations.service > services.service
        ORDER BY handoff_conversations.service
        LIMIT 1
    ) AS next
)
SELECT services.service, counted.active, counted.attention, counted.paused
FROM services
CROSS JOIN LATERAL (
    SELECT
        count(*) AS active,
        count(*) FILTER (WHERE lane = 0) AS attention,
        count(*) FILTER (WHERE status IN ('agent', 'paused')) AS paused
    FROM handoff_conversations
    WHERE handoff_conversations.service = services.service AND lane < 2
) AS counted
