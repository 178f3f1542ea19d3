-- What the scripts over a topic share.
-- KEYS: its stream, a group's tries (entry -> how often it failed), what its lines' names begin with, the dead letters.
-- ARGV: the group, the receiver, tries until a message is given up, most dead letters, the topic's name, the time.
-- A line is a list of the entries of one key that the group has not settled; the first one is in somebody's hands.
local stream, tries, lines, dead = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local group, receiver = ARGV[1], ARGV[2]

local function named(list)
  local map = {}
  for at = 1, #list, 2 do
    map[list[at]] = list[at + 1]
  end
  return map
end

local function message(entry)
  local row = redis.call('XRANGE', stream, entry, entry)[1]
  return row and named(row[2])
end

local function handed(entry, of)
  local failures = math.max(0, tonumber(redis.call('HGET', tries, entry) or '0'))
  return { entry, failures, of.id, of.key, of.kind, of.body }
end

local function numbers(entry)
  local millis, count = string.match(entry, '(%d+)-(%d+)')
  return tonumber(millis), tonumber(count)
end

local function before(one, other)
  local millis, count = numbers(one)
  local other_millis, other_count = numbers(other)
  return millis < other_millis or (millis == other_millis and count < other_count)
end

-- What every group has settled is not kept.
local function trim()
  local oldest
  for _, row in ipairs(redis.call('XINFO', 'GROUPS', stream)) do
    local of = named(row)
    local first
    if of.pending > 0 then
      first = redis.call('XPENDING', stream, of.name)[2]
    else
      local millis, count = numbers(of['last-delivered-id'])
      first = string.format('%.0f-%.0f', millis, count + 1)
    end
    if not oldest or before(first, oldest) then
      oldest = first
    end
  end
  if oldest then
    redis.call('XTRIM', stream, 'MINID', oldest)
  end
end

-- The entry leaves its line; gives the one behind it into this receiver's hands.
local function leave(entry, key)
  redis.call('XACK', stream, group, entry)
  redis.call('HDEL', tries, entry)
  local line = lines .. key
  redis.call('LPOP', line)
  local out = {}
  local following = redis.call('LINDEX', line, 0)
  while following and #out == 0 do
    local of = message(following)
    if of then
      redis.call('XCLAIM', stream, group, receiver, 0, following, 'JUSTID')
      out[1] = handed(following, of)
    else
      redis.call('LPOP', line)
      following = redis.call('LINDEX', line, 0)
    end
  end
  trim()
  return out
end

-- The entry failed; gives how often, or nothing and what is next when it was given up.
local function failed(entry, of, why)
  local count = redis.call('HINCRBY', tries, entry, 1)
  if count < tonumber(ARGV[3]) then
    return count, {}
  end
  redis.call('XADD', dead, 'MAXLEN', ARGV[4], '*', 'topic', ARGV[5], 'group', group, 'why', why, 'at', ARGV[6],
    'attempt', count - 1, 'id', of.id, 'key', of.key, 'kind', of.kind, 'body', of.body)
  return nil, leave(entry, of.key)
end
