-- A server still holds these places: their leases begin anew.
-- KEYS: the caller's requests in flight. ARGV: lease in milliseconds, then tickets.
local time = redis.call('TIME')
local lease = tonumber(ARGV[1])
local ends = time[1] * 1000 + math.floor(time[2] / 1000) + lease
for ticket = 2, #ARGV do
  redis.call('ZADD', KEYS[1], ends, ARGV[ticket])
end
redis.call('PEXPIRE', KEYS[1], lease)
return 0
