-- A job that is in the list is due at another time.
--
-- KEYS: list, by the time at which each is due
-- ARGV: member, ms until it is due
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
return redis.call('ZADD', KEYS[1], 'XX', now + tonumber(ARGV[2]), ARGV[1])
