) UPDATE conversations
SET version = now.version, newest = now.newest, wake = now.wake, state = now.state
FROM now
WHERE now.num = conversations.num
