
-- Takes a conversation out of everything. The words by which it is found follow among the arguments.
local function remove(head, of)
  redis.call('ZREM', newest, by_word(head))
  redis.call('ZREM', oldest, by_opening(head))
  redis.call('ZREM', waiting, by_waiting(head))
  redis.call('ZREM', wakes, wake(head) .. id)
  redis.call('ZREM', of, of_visitor(head))
  redis.call('ZREM', ids, id)
  if open_key(head) ~= '' then redis.call('HDEL', open, open_key(head)) end

  redis.call('HINCRBY', counts, 'conversations', -1)
  if lane(head) ~= '2' then redis.call('HINCRBY', counts, 'active', -1) end
  if lane(head) == '0' then redis.call('HINCRBY', counts, 'attention', -1) end
  if silent(head) == '1' then redis.call('HINCRBY', counts, 'paused', -1) end

  each(1, function(n) redis.call('ZREM', words, ARGV[n] .. ' ' .. id) end)
  for _, member in ipairs(redis.call('ZRANGEBYLEX', rows_of, '[' .. id, '[' .. id .. '~')) do
    local row = string.sub(member, 33)
    local value = redis.call('HGET', outbox, row)
    if value then
      redis.call('ZREM', due, string.sub(value, 1, 16) .. row)
      redis.call('ZREM', dead, string.sub(value, 17, 32) .. row)
      redis.call('HDEL', outbox, row)
    end
    redis.call('ZREM', rows_of, member)
  end
  redis.call('HDEL', heads, id)
  redis.call('HDEL', states, id)
  redis.call('DEL', log, receipts)
end
