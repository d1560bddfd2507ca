
-- Erases one conversation, if it is at the version whose words the caller knows.
local head = redis.call('HGET', heads, id)
if not head then return 'absent' end
if version(head) ~= ARGV[2] then return 'changed' end
place = 3
remove(head, visitor)
return 'erased'
