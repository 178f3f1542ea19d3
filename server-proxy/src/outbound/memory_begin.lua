-- Begins a conversation with turns of another one, all of it or nothing, and gives the right to write
-- it back.
--
-- KEYS: meta, log, digest, right
-- ARGV: holder of the right, Unix ms, idle ms, age ms, title, name, where it comes from as JSON,
--       epoch of its digest, digest as JSON or nothing, then request id and JSON of each turn
-- Returns 1 when it was begun; 0 when there is one already, or the right is another's.
local meta, log, digest, right = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local holder, at, idle, age = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local title, name, fork, epoch, json = ARGV[5], ARGV[6], ARGV[7], ARGV[8], ARGV[9]
local FIRST = 10

if redis.call('EXISTS', meta) == 1 or redis.call('GET', right) ~= holder then
  return 0
end
redis.call('DEL', right, log, digest)
local bytes, turns = 0, 0
for entry = FIRST, #ARGV, 2 do
  local request_id, turn = ARGV[entry], ARGV[entry + 1]
  redis.call('RPUSH', log, request_id .. '\n' .. turn)
  redis.call('HSET', meta, 'id:' .. request_id, 1)
  bytes, turns = bytes + #turn, turns + 1
end
redis.call('HSET', meta, 'version', 1, 'created_at', at, 'updated_at', at, 'bytes', bytes,
  'turns', turns, 'fork', fork)
if turns > 0 then
  redis.call('HSET', meta, 'title', title)
end
if name ~= '' then
  redis.call('HSET', meta, 'name', name)
end
if json ~= '' then
  redis.call('HSET', digest, 'epoch', epoch, 'json', json)
end
for _, key in ipairs({ meta, log, digest }) do
  redis.call('PEXPIRE', key, math.min(idle, age))
end
return 1
