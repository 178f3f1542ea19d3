-- Enters a job in a list of those that are on their way. One that is due since longer than jobs are kept
-- has expired, and is left out.
--
-- KEYS: list, by the time at which each is due
-- ARGV: member, ms until it is due, most members, ms for which a job is kept
-- Returns 1 when it is in the list, 0 when the list is full.
local list, member, due, kept = KEYS[1], ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[4])
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
redis.call('ZREMRANGEBYSCORE', list, '-inf', '(' .. (now - kept))
if not redis.call('ZSCORE', list, member) and redis.call('ZCARD', list) >= tonumber(ARGV[3]) then
  return 0
end
redis.call('ZADD', list, now + due, member)
redis.call('PEXPIRE', list, 2 * (kept + due))
return 1
