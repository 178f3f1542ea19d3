-- How much is left to do for a job.
--
-- KEYS: job, outbox
-- Returns 0 when nothing is, or there is no such job; 1 when something is; when somebody has it, one more
-- than the ms for which.
local known = redis.call('HMGET', KEYS[1], 'ended', 'until')
if not known[1] then
  return 0
end
local clock = redis.call('TIME')
local left = tonumber(known[2]) - (clock[1] * 1000 + math.floor(clock[2] / 1000))
if left > 0 then
  return left + 1
end
if known[1] == '1' and redis.call('EXISTS', KEYS[2]) == 0 then
  return 0
end
return 1
