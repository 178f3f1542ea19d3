-- Adds one turn to a conversation, all of it or nothing. The two keys share a hash tag, so this
-- also runs on a cluster.
--
-- KEYS: meta, log
-- ARGV: expected version, request id, turn as JSON, Unix ms, title, turns max, bytes max, idle ms,
--       age ms
-- Returns the new version; the present one when the request id is known; -1 on a conflict.
local meta, log = KEYS[1], KEYS[2]
local expected, request_id, turn, at = tonumber(ARGV[1]), ARGV[2], ARGV[3], ARGV[4]
local title, turns_max, bytes_max = ARGV[5], tonumber(ARGV[6]), tonumber(ARGV[7])
local idle, age = tonumber(ARGV[8]), tonumber(ARGV[9])

local known = redis.call('HMGET', meta, 'version', 'created_at', 'bytes')
local version = tonumber(known[1] or '0')
local created_at = known[2] or at
local bytes = tonumber(known[3] or '0')

if redis.call('HEXISTS', meta, 'id:' .. request_id) == 1 then
  return version
end
if version ~= expected then
  return -1
end
local ttl = math.min(idle, tonumber(created_at) + age - tonumber(at))
if ttl <= 0 then
  redis.call('DEL', meta, log)
  return -1
end

local turns = redis.call('RPUSH', log, request_id .. '\n' .. turn)
redis.call('HSET', meta, 'id:' .. request_id, 1)
bytes = bytes + #turn
while turns > 0 and (turns > turns_max or bytes > bytes_max) do
  local oldest = redis.call('LPOP', log)
  local head = string.find(oldest, '\n', 1, true)
  redis.call('HDEL', meta, 'id:' .. string.sub(oldest, 1, head - 1))
  bytes = bytes - (#oldest - head)
  turns = turns - 1
end

redis.call('HSETNX', meta, 'title', title)
redis.call('HSET', meta, 'version', version + 1, 'created_at', created_at, 'updated_at', at,
  'bytes', bytes, 'turns', turns)
redis.call('PEXPIRE', meta, ttl)
redis.call('PEXPIRE', log, ttl)
return version + 1
