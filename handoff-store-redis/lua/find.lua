#!lua flags=no-writes
-- The record with this second key, after its key.
local records, lookups = unpack(KEYS)
local key = redis.call('HGET', lookups, ARGV[1])
if not key then return {} end
return { key, redis.call('HGET', records, key) }
