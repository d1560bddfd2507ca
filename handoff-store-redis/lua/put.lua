
-- Writes a record at the version that was read.
local key, record, expected, now = unpack(ARGV)
local stored = redis.call('HGET', records, key)
local current = stored and not has_expired(stored, now) and version(stored) or '0000000000000000'
if current ~= expected then return current end
local holder = lookup(record) and redis.call('HGET', lookups, lookup(record))
if holder and holder ~= key then
  if not has_expired(redis.call('HGET', records, holder), now) then return 'taken' end
  remove(holder)
end
-- A little of what has expired each time, so that nothing piles up.
for _, member in ipairs(redis.call('ZRANGEBYLEX', expiries, '-', '[' .. now .. '\255', 'LIMIT', 0, 16)) do
  remove(string.sub(member, 17))
end
replace(key, record)
return 'written'
