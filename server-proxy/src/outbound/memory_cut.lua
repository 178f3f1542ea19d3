-- Forgets one turn of a conversation and every digest that may say something of it, and gives the
-- right to write it back.
--
-- KEYS: meta, log, digest, right
-- ARGV: expected version, holder of the right, request id, whether the title changes, title, epoch
--       that was read, whether the digest of that epoch stays
-- Returns 1 when it was forgotten; 0 when somebody wrote in between, or the right is another's.
local meta, log, digest, right = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local expected, holder, request_id = ARGV[1], ARGV[2], ARGV[3]
local changes_title, title, epoch, stays = ARGV[4] == '1', ARGV[5], ARGV[6], ARGV[7] == '1'

local version = redis.call('HGET', meta, 'version')
if version ~= expected or redis.call('GET', right) ~= holder then
  return 0
end
redis.call('DEL', right)
local head = request_id .. '\n'
for _, entry in ipairs(redis.call('LRANGE', log, 0, -1)) do
  if string.sub(entry, 1, #head) == head then
    redis.call('LREM', log, 1, entry)
    redis.call('HINCRBY', meta, 'bytes', #head - #entry)
  end
end
redis.call('HDEL', meta, 'id:' .. request_id)
redis.call('HSET', meta, 'turns', redis.call('LLEN', log))
redis.call('HINCRBY', meta, 'version', 1)
if changes_title and title == '' then
  redis.call('HDEL', meta, 'title')
elseif changes_title then
  redis.call('HSET', meta, 'title', title)
end
if not stays or (redis.call('HGET', digest, 'epoch') or '0') ~= epoch then
  redis.call('HDEL', digest, 'json')
end
-- One that is being made was made of the turn too.
redis.call('HINCRBY', digest, 'epoch', 1)
redis.call('PEXPIRE', digest, redis.call('PTTL', meta))
return 1
