-- Swaps in the digest of a conversation's oldest turns.
--
-- KEYS: meta, digest
-- ARGV: epoch, request id of the last turn it stands for, digest as JSON
-- Returns 1 when it was taken; 0 when it is not the next one, or not of this conversation's turns.
local meta, digest = KEYS[1], KEYS[2]
local epoch, untl, json = tonumber(ARGV[1]), ARGV[2], ARGV[3]

if redis.call('HEXISTS', meta, 'id:' .. untl) == 0 then
  return 0
end
if tonumber(redis.call('HGET', digest, 'epoch') or '0') + 1 ~= epoch then
  return 0
end
redis.call('HSET', digest, 'epoch', epoch, 'json', json)
redis.call('PEXPIRE', digest, redis.call('PTTL', meta))
return 1
