-- Takes the lease of a job, or keeps it.
--
-- KEYS: job
-- ARGV: ms of the lease, the token that is kept or -1
-- Returns token and version; nothing when another has it, when it is lost, or when there is no job.
local job, time, kept = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2])
local known = redis.call('HMGET', job, 'fence', 'until', 'version')
if not known[1] then
  return {}
end
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local fence = tonumber(known[1])
if kept < 0 then
  if tonumber(known[2]) > now then
    return {}
  end
  fence = fence + 1
elseif kept ~= fence then
  return {}
end
redis.call('HSET', job, 'fence', fence, 'until', now + time)
return { fence, tonumber(known[3]) }
