WITH events AS (
    DELETE FROM handoff_events WHERE conversation = ANY($1)
),
receipts AS (
    DELETE FROM handoff_receipts WHERE conversation = ANY($1)
),
outbox AS (
    DELETE FROM handoff_outbox WHERE conversation = ANY($1)
)
DELETE FROM handoff_conversations WHERE id = ANY($1)
