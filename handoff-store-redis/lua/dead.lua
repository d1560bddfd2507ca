#!lua flags=no-writes
-- The rows of the newest notifications that are no longer tried, each after its id.
local outbox, dead = unpack(KEYS)
local found = {}
for _, member in ipairs(redis.call('ZRANGEBYLEX', dead, '-', '+', 'LIMIT', 0, ARGV[1])) do
  local row = string.sub(member, 17)
  local value = redis.call('HGET', outbox, row)
  if value then
    found[#found + 1] = row
    found[#found + 1] = value
  end
end
return found
