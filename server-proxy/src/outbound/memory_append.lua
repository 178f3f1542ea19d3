-- Adds one turn to a conversation, all of it or nothing, and gives the right to write it back. The
-- keys share a hash tag, so this also runs on a cluster.
--
-- KEYS: meta, log, digest, right
-- ARGV: expected version, request id, turn as JSON, Unix ms, title, turns max, bytes max, idle ms,
--       age ms, holder of the right
-- Returns the new version; the present one when the request id is known; -1 on a conflict.
local meta, log, digest, right = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local expected, request_id, turn, at = tonumber(ARGV[1]), ARGV[2], ARGV[3], ARGV[4]
local title, turns_max, bytes_max = ARGV[5], tonumber(ARGV[6]), tonumber(ARGV[7])
local idle, age, holder = tonumber(ARGV[8]), tonumber(ARGV[9]), ARGV[10]

local known = redis.call('HMGET', meta, 'version', 'created_at', 'bytes')
local version = tonumber(known[1] or '0')
local created_at = known[2] or at
local bytes = tonumber(known[3] or '0')

if redis.call('HEXISTS', meta, 'id:' .. request_id) == 1 then
  return version
end
if version ~= expected or redis.call('GET', right) ~= holder then
  return -1
end
redis.call('DEL', right)
local ttl = math.min(idle, tonumber(created_at) + age - tonumber(at))
if ttl <= 0 then
  redis.call('DEL', meta, log, digest)
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
redis.call('PEXPIRE', digest, ttl)
return version + 1
