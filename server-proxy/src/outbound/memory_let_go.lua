-- Gives the right to write one conversation back, if it is still this holder's.
--
-- KEYS: right, meta
-- ARGV: holder
-- Returns 1 when nothing is left of the conversation, so that it need not be listed.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
redis.call('DEL', KEYS[1])
return 1 - redis.call('EXISTS', KEYS[2])
