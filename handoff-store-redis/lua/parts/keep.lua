
-- Puts a head and a state in place of a head, or of none (false), and moves the conversation in every index.
local function keep(before, head, state, closed)
  local function move(set, was, is)
    if was == is then return end
    if was then redis.call('ZREM', set, was) end
    redis.call('ZADD', set, 0, is)
  end
  local function count(counter, test)
    local was, is = before ~= false and test(before), test(head)
    if was ~= is then redis.call('HINCRBY', counts, counter, is and 1 or -1) end
  end

  redis.call('HSET', heads, id, head)
  redis.call('HSET', states, id, state)
  if not before then
    redis.call('ZADD', ids, 0, id)
    redis.call('HINCRBY', counts, 'conversations', 1)
  end
  count('active', function(line) return lane(line) ~= '2' end)
  count('attention', function(line) return lane(line) == '0' end)
  count('paused', function(line) return silent(line) == '1' end)
  move(newest, before and by_word(before), by_word(head))
  move(oldest, before and by_opening(before), by_opening(head))
  move(waiting, before and by_waiting(before), by_waiting(head))
  redis.call('ZADD', visitor, closed, of_visitor(head))

  local none = '----------------'
  local was_wake = before and wake(before) or none
  if was_wake ~= wake(head) then
    if was_wake ~= none then redis.call('ZREM', wakes, was_wake .. id) end
    if wake(head) ~= none then redis.call('ZADD', wakes, 0, wake(head) .. id) end
  end
  local was_key = before and open_key(before) or ''
  if was_key ~= open_key(head) then
    if was_key ~= '' then redis.call('HDEL', open, was_key) end
    if open_key(head) ~= '' then redis.call('HSET', open, open_key(head), id) end
  end
end

-- Adds the events, words and notifications that follow among the arguments.
local function add()
  each(1, function(n) redis.call('RPUSH', log, ARGV[n]) end)
  each(1, function(n) redis.call('ZADD', words, 0, ARGV[n] .. ' ' .. id) end)
  each(3, function(n)
    local row, is_dead, value = ARGV[n], ARGV[n + 1], ARGV[n + 2]
    -- See src/outbox.rs for the parts of a row.
    if is_dead == '1' then
      redis.call('ZADD', dead, 0, string.sub(value, 17, 32) .. row)
    else
      redis.call('ZADD', due, 0, string.sub(value, 1, 16) .. row)
    end
    redis.call('HSET', outbox, row, value)
    redis.call('ZADD', rows_of, 0, id .. row)
  end)
end
