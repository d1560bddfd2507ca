-- What the scripts of a conversation have in common: its keys, see ServiceKeys::of_conversation, and the parts of its
-- head, see src/head.rs.
local heads, states, log, receipts, open, visitor, wakes, counts = unpack(KEYS, 1, 8)
local words, newest, oldest, waiting, ids, outbox, due, rows_of, dead = unpack(KEYS, 9, 17)
local id = ARGV[1]

local function version(head) return string.sub(head, 1, 16) end
local function lane(head) return string.sub(head, 17, 17) end
local function silent(head) return string.sub(head, 18, 18) end
local function by_word(head) return lane(head) .. string.sub(head, 19, 34) .. id end
local function by_opening(head) return lane(head) .. string.sub(head, 35, 50) .. id end
local function by_waiting(head) return lane(head) .. string.sub(head, 51, 67) .. id end
local function wake(head) return string.sub(head, 68, 83) end
local function open_key(head) return string.sub(head, 84) end
local function of_visitor(head) return string.sub(head, 35, 50) .. id end

-- Calls `act` with the place of each argument, or group of arguments, of a list that begins with its length.
local place = 2
local function each(width, act)
  local last = place + tonumber(ARGV[place]) * width
  place = place + 1
  while place <= last do
    act(place)
    place = place + width
  end
end
