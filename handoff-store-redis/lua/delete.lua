#!lua
-- Deletes a record at any version. See src/directory.rs for the parts of a record.
local records, keys, lookups, expiries = unpack(KEYS)
local key = ARGV[1]
local value = redis.call('HGET', records, key)
if not value then return 0 end
local length = string.sub(value, 33, 40)
if length ~= '--------' then
  local second = string.sub(value, 41, 40 + tonumber(length, 16))
  if redis.call('HGET', lookups, second) == key then redis.call('HDEL', lookups, second) end
end
redis.call('ZREM', expiries, string.sub(value, 17, 32) .. key)
redis.call('ZREM', keys, key)
redis.call('HDEL', records, key)
return 1
