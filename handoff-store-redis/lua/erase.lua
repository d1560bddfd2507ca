#!lua
-- Erases one conversation, if it is at the version whose words the caller knows.
local heads, states, log, receipts, open, visitor, wakes, counts = unpack(KEYS, 1, 8)
local words, newest, oldest, waiting, outbox, due, rows_of, dead = unpack(KEYS, 9, 16)
local id, expected = ARGV[1], ARGV[2]

local head = redis.call('HGET', heads, id)
if not head then return 'absent' end
if string.sub(head, 1, 16) ~= expected then return 'changed' end

-- The parts of a head, see src/head.rs.
local lane, opening = string.sub(head, 17, 17), string.sub(head, 35, 50)
redis.call('ZREM', newest, lane .. string.sub(head, 19, 34) .. id)
redis.call('ZREM', oldest, lane .. opening .. id)
redis.call('ZREM', waiting, lane .. string.sub(head, 51, 67) .. id)
redis.call('ZREM', wakes, string.sub(head, 68, 83) .. id)
redis.call('ZREM', visitor, opening .. id)
local key = string.sub(head, 84)
if key ~= '' then redis.call('HDEL', open, key) end

redis.call('HINCRBY', counts, 'conversations', -1)
if lane ~= '2' then redis.call('HINCRBY', counts, 'active', -1) end
if lane == '0' then redis.call('HINCRBY', counts, 'attention', -1) end
if string.sub(head, 18, 18) == '1' then redis.call('HINCRBY', counts, 'paused', -1) end

for n = 3, #ARGV do redis.call('ZREM', words, ARGV[n] .. ' ' .. id) end

for _, member in ipairs(redis.call('ZRANGEBYLEX', rows_of, '[' .. id, '[' .. id .. '\255')) do
  local row = string.sub(member, 33)
  local value = redis.call('HGET', outbox, row)
  if value then
    redis.call('ZREM', due, string.sub(value, 1, 16) .. row)
    redis.call('ZREM', dead, string.sub(value, 17, 32) .. row)
    redis.call('HDEL', outbox, row)
  end
  redis.call('ZREM', rows_of, member)
end

redis.call('HDEL', heads, id)
redis.call('HDEL', states, id)
redis.call('DEL', log, receipts)
return 'erased'
