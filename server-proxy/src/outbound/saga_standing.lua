-- How many jobs are on their way, for how many ms the one that waits longest has been due, and the first of them.
--
-- KEYS: list, by the time at which each is due
-- ARGV: how many are named
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local first = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
local overdue = first[2] and math.max(0, now - tonumber(first[2])) or 0
return { redis.call('ZCARD', KEYS[1]), overdue, redis.call('ZRANGE', KEYS[1], 0, tonumber(ARGV[1]) - 1) }
