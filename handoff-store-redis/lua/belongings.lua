#!lua flags=no-writes
-- The state of a conversation, its receipts, and its notifications: id, row, and whether it is a dead letter.
local states, receipts, outbox, rows_of, dead = unpack(KEYS)
local id = ARGV[1]
local rows = {}
for _, member in ipairs(redis.call('ZRANGEBYLEX', rows_of, '[' .. id, '[' .. id .. '~')) do
  local row = string.sub(member, 33)
  local value = redis.call('HGET', outbox, row)
  rows[#rows + 1] = { row, value, redis.call('ZSCORE', dead, string.sub(value, 17, 32) .. row) and 1 or 0 }
end
return { redis.call('HGET', states, id), redis.call('HGETALL', receipts), rows }
