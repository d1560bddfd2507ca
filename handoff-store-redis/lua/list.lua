#!lua flags=no-writes
-- Records in the order of their keys, each after its key.
local records, keys = unpack(KEYS)
local found = {}
for _, key in ipairs(redis.call('ZRANGEBYLEX', keys, ARGV[1], '+', 'LIMIT', 0, ARGV[2])) do
  found[#found + 1] = key
  found[#found + 1] = redis.call('HGET', records, key)
end
return found
