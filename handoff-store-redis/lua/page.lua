#!lua flags=no-writes
-- Members of an order from `first` to `last`, each with the state of its conversation, as they are at one moment.
local order, states = unpack(KEYS)
local first, last, limit = unpack(ARGV)
local found = {}
for _, member in ipairs(redis.call('ZRANGEBYLEX', order, first, last, 'LIMIT', 0, limit)) do
  found[#found + 1] = member
  found[#found + 1] = redis.call('HGET', states, string.sub(member, -32))
end
return found
