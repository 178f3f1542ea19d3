-- Takes or keeps the right to write one conversation.
--
-- KEYS: right
-- ARGV: holder, ms, whether it is held already
-- Returns 1 when the holder has it, 0 when not.
local right, holder, time, held = KEYS[1], ARGV[1], ARGV[2], ARGV[3]

local has = redis.call('GET', right)
if has == holder then
  redis.call('PEXPIRE', right, time)
  return 1
end
if has or held == '1' then
  return 0
end
redis.call('SET', right, holder, 'PX', time)
return 1
