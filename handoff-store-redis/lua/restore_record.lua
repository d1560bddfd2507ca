
-- Stores a record with the version that it has, in place of what is there under its key or its second key.
local key, record = unpack(ARGV)
local holder = lookup(record) and redis.call('HGET', lookups, lookup(record))
if holder then remove(holder) end
replace(key, record)
return 1
