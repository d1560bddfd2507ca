
-- Stores a whole conversation in place of what is there, if that is at the version whose words the caller knows. The
-- last key has the conversations of the visitor whose it was.
local expected, head, state, closed = unpack(ARGV, 2, 5)
place = 6

local before = redis.call('HGET', heads, id)
if (before and version(before) or '0000000000000000') ~= expected then return 'changed' end
if before then remove(before, KEYS[18]) else each(1, function() end) end

-- Another conversation that has the open key loses it.
local holder = open_key(head) ~= '' and redis.call('HGET', open, open_key(head))
if holder then
  local other = redis.call('HGET', heads, holder)
  if other then redis.call('HSET', heads, holder, string.sub(other, 1, 83)) end
  redis.call('HDEL', open, open_key(head))
end

keep(false, head, state, closed)
add()
each(2, function(n) redis.call('HSET', receipts, ARGV[n], ARGV[n + 1]) end)
return 'restored'
