-- Every service by leaps from one to the next, and its open conversations by one pass over the index.
WITH RECURSIVE services (service) AS (
    SELECT min(service) FROM conversations
    UNION ALL
    SELECT (SELECT min(conversations.service) FROM conversations WHERE conversations.service > services.service)
    FROM services
    WHERE services.service IS NOT NULL
),
open_ones AS (
    SELECT
        service,
        count(*) AS active,
        sum(calm = 0) AS attention,
        sum(status IN ('agent', 'paused')) AS paused
    FROM conversations INDEXED BY conversations_board
    WHERE open = 1
    GROUP BY service
)
SELECT services.service, ifnull(active, 0), ifnull(attention, 0), ifnull(paused, 0)
FROM services
LEFT JOIN open_ones ON open_ones.service = services.service
WHERE services.service IS NOT NULL
