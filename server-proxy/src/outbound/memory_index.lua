-- Notes that a caller's conversation was written, and gives the ids of those that are too many.
--
-- KEYS: the caller's index
-- ARGV: session id, Unix ms, sessions max, idle ms
local index = KEYS[1]
local at, sessions_max, idle = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])

redis.call('ZADD', index, at, ARGV[1])
redis.call('ZREMRANGEBYSCORE', index, '-inf', at - idle)
local last_too_many = redis.call('ZCARD', index) - sessions_max - 1
local gone = {}
if last_too_many >= 0 then
  gone = redis.call('ZRANGE', index, 0, last_too_many)
  redis.call('ZREMRANGEBYRANK', index, 0, last_too_many)
end
redis.call('PEXPIRE', index, idle)
return gone
