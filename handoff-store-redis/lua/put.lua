#!lua
-- Writes a record at the version that was read. See src/directory.rs for the parts of a record.
local records, keys, lookups, expiries = unpack(KEYS)
local key, expected, now, expiry, record = unpack(ARGV, 1, 5)
local lookup = ARGV[6]

local function expiry_of(value) return string.sub(value, 17, 32) end
local function has_expired(value)
  return expiry_of(value) ~= '----------------' and expiry_of(value) <= now
end
local function lookup_of(value)
  local length = string.sub(value, 33, 40)
  if length == '--------' then return nil end
  return string.sub(value, 41, 40 + tonumber(length, 16))
end
local function remove(name)
  local value = redis.call('HGET', records, name)
  if not value then return end
  local second = lookup_of(value)
  if second and redis.call('HGET', lookups, second) == name then redis.call('HDEL', lookups, second) end
  if expiry_of(value) ~= '----------------' then redis.call('ZREM', expiries, expiry_of(value) .. name) end
  redis.call('ZREM', keys, name)
  redis.call('HDEL', records, name)
end

local stored = redis.call('HGET', records, key)
local current = stored and not has_expired(stored) and string.sub(stored, 1, 16) or '0000000000000000'
if current ~= expected then return current end
if lookup then
  local holder = redis.call('HGET', lookups, lookup)
  if holder and holder ~= key then
    local other = redis.call('HGET', records, holder)
    if other and not has_expired(other) then return 'taken' end
    remove(holder)
  end
end
-- A little of what has expired each time, so that nothing piles up.
for _, member in ipairs(redis.call('ZRANGEBYLEX', expiries, '-', '[' .. now .. '\255', 'LIMIT', 0, 16)) do
  remove(string.sub(member, 17))
end
remove(key)
redis.call('HSET', records, key, record)
redis.call('ZADD', keys, 0, key)
if lookup then redis.call('HSET', lookups, lookup, key) end
if expiry ~= '----------------' then redis.call('ZADD', expiries, 0, expiry .. key) end
return 'written'
