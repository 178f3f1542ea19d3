-- Gives a conversation a name, or takes it away.
--
-- KEYS: meta
-- ARGV: name, or nothing
-- Returns 1 when there is such a conversation.
if redis.call('EXISTS', KEYS[1]) == 0 then
  return 0
end
if ARGV[1] == '' then
  redis.call('HDEL', KEYS[1], 'name')
else
  redis.call('HSET', KEYS[1], 'name', ARGV[1])
end
return 1
