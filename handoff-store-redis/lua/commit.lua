#!lua
-- Stores one commit, or says what stands in its way.
local heads, states, log, receipts, open, visitor, wakes, counts = unpack(KEYS, 1, 8)
local words, newest, oldest, waiting, outbox, due, rows_of = unpack(KEYS, 9, 15)
local id, expected, head, state, receipt_key, receipt, closed = unpack(ARGV, 1, 7)

-- The parts of a head, see src/head.rs.
local function version(line) return string.sub(line, 1, 16) end
local function lane(line) return string.sub(line, 17, 17) end
local function silent(line) return string.sub(line, 18, 18) end
local function by_word(line) return lane(line) .. string.sub(line, 19, 34) .. id end
local function by_opening(line) return lane(line) .. string.sub(line, 35, 50) .. id end
local function by_waiting(line) return lane(line) .. string.sub(line, 51, 67) .. id end
local function wake(line) return string.sub(line, 68, 83) end
local function open_key(line) return string.sub(line, 84) end

local before = redis.call('HGET', heads, id)

if receipt ~= '' then
  local known = redis.call('HGET', receipts, receipt_key)
  if known then return { 'repeated', known } end
end
if (before and version(before) or '0000000000000000') ~= expected then return { 'conflict' } end
local key = open_key(head)
if key ~= '' then
  local holder = redis.call('HGET', open, key)
  if holder and holder ~= id then return { 'elsewhere', holder } end
end

local function move(set, was, is)
  if was == is then return end
  if was then redis.call('ZREM', set, was) end
  redis.call('ZADD', set, 0, is)
end
local function count(counter, was, is)
  if was ~= is then redis.call('HINCRBY', counts, counter, is and 1 or -1) end
end
local function holds(line, test) return line ~= false and test(line) end

redis.call('HSET', heads, id, head)
redis.call('HSET', states, id, state)
if receipt ~= '' then redis.call('HSET', receipts, receipt_key, receipt) end

local was_key = before and open_key(before) or ''
if was_key ~= key then
  if was_key ~= '' then redis.call('HDEL', open, was_key) end
  if key ~= '' then redis.call('HSET', open, key, id) end
end

move(newest, before and by_word(before), by_word(head))
move(oldest, before and by_opening(before), by_opening(head))
move(waiting, before and by_waiting(before), by_waiting(head))
redis.call('ZADD', visitor, closed, string.sub(head, 35, 50) .. id)

local was_wake = before and wake(before) or '----------------'
if was_wake ~= wake(head) then
  if was_wake ~= '----------------' then redis.call('ZREM', wakes, was_wake .. id) end
  if wake(head) ~= '----------------' then redis.call('ZADD', wakes, 0, wake(head) .. id) end
end

if not before then redis.call('HINCRBY', counts, 'conversations', 1) end
local function is_active(line) return lane(line) ~= '2' end
local function needs_attention(line) return lane(line) == '0' end
local function is_silent(line) return silent(line) == '1' end
count('active', holds(before, is_active), is_active(head))
count('attention', holds(before, needs_attention), needs_attention(head))
count('paused', holds(before, is_silent), is_silent(head))

-- Events, words and notifications, each list after its length.
local at = 8
local function each(width, act)
  local last = at + tonumber(ARGV[at]) * width
  at = at + 1
  while at <= last do
    act(at)
    at = at + width
  end
end
each(1, function(n) redis.call('RPUSH', log, ARGV[n]) end)
each(1, function(n) redis.call('ZADD', words, 0, ARGV[n] .. ' ' .. id) end)
each(3, function(n)
  local row, moment, value = ARGV[n], ARGV[n + 1], ARGV[n + 2]
  redis.call('HSET', outbox, row, value)
  redis.call('ZADD', due, 0, moment .. row)
  redis.call('ZADD', rows_of, 0, id .. row)
end)
return { 'committed' }
