-- Takes a job out of the list of those that are due, unless it was entered anew meanwhile.
--
-- KEYS: list
-- ARGV: member, the time at which it was due
if redis.call('ZSCORE', KEYS[1], ARGV[1]) ~= ARGV[2] then
  return 0
end
return redis.call('ZREM', KEYS[1], ARGV[1])
