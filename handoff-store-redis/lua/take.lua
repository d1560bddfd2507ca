#!lua
-- Takes at most `limit` rows that are due up to `last`, counts the attempt, and makes them due again later.
local outbox, due = unpack(KEYS)
local last, limit, retry_at = unpack(ARGV)
local taken = {}
for _, member in ipairs(redis.call('ZRANGEBYLEX', due, '-', '[' .. last, 'LIMIT', 0, limit)) do
  local row = string.sub(member, 17)
  redis.call('ZREM', due, member)
  local value = redis.call('HGET', outbox, row)
  if value then
    taken[#taken + 1] = row
    taken[#taken + 1] = value
    -- See src/outbox.rs for the parts of a row.
    local attempts = math.min(tonumber(string.sub(value, 65, 72), 16) + 1, 4294967295)
    redis.call('HSET', outbox, row,
      retry_at .. string.sub(value, 17, 64) .. string.format('%08x', attempts) .. string.sub(value, 73))
    redis.call('ZADD', due, 0, retry_at .. row)
  end
end
return taken
