
-- Stores one commit, or says what stands in its way.
local expected, head, state, closed, receipt_key, receipt = unpack(ARGV, 2, 7)
place = 8

local before = redis.call('HGET', heads, id)
if receipt ~= '' then
  local known = redis.call('HGET', receipts, receipt_key)
  if known then return { 'repeated', known } end
end
if (before and version(before) or '0000000000000000') ~= expected then return { 'conflict' } end
if open_key(head) ~= '' then
  local holder = redis.call('HGET', open, open_key(head))
  if holder and holder ~= id then return { 'elsewhere', holder } end
end

keep(before, head, state, closed)
if receipt ~= '' then redis.call('HSET', receipts, receipt_key, receipt) end
add()
return { 'committed' }
