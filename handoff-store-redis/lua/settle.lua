#!lua
-- Says how an attempt at a row ended: `delivered`, `dead`, or when it is due again.
local outbox, due, rows_of, dead = unpack(KEYS)
local row, ended = unpack(ARGV)
local value = redis.call('HGET', outbox, row)
if not value then return 0 end

-- See src/outbox.rs for the parts of a row.
local moment, newest, conversation = string.sub(value, 1, 16), string.sub(value, 17, 32), string.sub(value, 33, 64)
redis.call('ZREM', due, moment .. row)
redis.call('ZREM', dead, newest .. row)
if ended == 'delivered' then
  redis.call('HDEL', outbox, row)
  redis.call('ZREM', rows_of, conversation .. row)
elseif ended == 'dead' then
  redis.call('ZADD', dead, 0, newest .. row)
else
  redis.call('HSET', outbox, row, ended .. string.sub(value, 17))
  redis.call('ZADD', due, 0, ended .. row)
end
return 1
