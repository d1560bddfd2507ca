#!lua flags=no-writes
-- The last `limit` events with a seq of at most `last`. The log is dense from 1 on.
local last = math.min(tonumber(ARGV[1]), redis.call('LLEN', KEYS[1]))
local first = math.max(last - tonumber(ARGV[2]) + 1, 1)
if first > last then return {} end
return redis.call('LRANGE', KEYS[1], first - 1, last - 1)
