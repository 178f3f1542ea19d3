-- Gives the lease of a job back.
--
-- KEYS: job
-- ARGV: fencing token
-- Returns 1 when it was held by this one.
if redis.call('HGET', KEYS[1], 'fence') ~= ARGV[1] then
  return 0
end
redis.call('HSET', KEYS[1], 'until', 0)
return 1
