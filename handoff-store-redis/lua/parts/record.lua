-- What the scripts of a record have in common: the keys of its kind, and the parts of a record, see src/directory.rs.
local records, keys, lookups, expiries = unpack(KEYS)
local none = '----------------'

local function version(record) return string.sub(record, 1, 16) end
local function expiry(record) return string.sub(record, 17, 32) end
local function has_expired(record, now) return expiry(record) ~= none and expiry(record) <= now end
local function lookup(record)
  local length = string.sub(record, 33, 40)
  if length == '--------' then return nil end
  return string.sub(record, 41, 40 + tonumber(length, 16))
end

local function remove(key)
  local record = redis.call('HGET', records, key)
  if not record then return 0 end
  local second = lookup(record)
  if second then redis.call('HDEL', lookups, second) end
  redis.call('ZREM', expiries, expiry(record) .. key)
  redis.call('ZREM', keys, key)
  return redis.call('HDEL', records, key)
end

-- Stores a record in place of the one with its key; its second key is free.
local function replace(key, record)
  remove(key)
  redis.call('HSET', records, key, record)
  redis.call('ZADD', keys, 0, key)
  if lookup(record) then redis.call('HSET', lookups, lookup(record), key) end
  if expiry(record) ~= none then redis.call('ZADD', expiries, 0, expiry(record) .. key) end
end
