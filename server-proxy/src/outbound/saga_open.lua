-- Begins a job, unless there is one.
--
-- KEYS: job
-- ARGV: state as JSON, hash of the request, ms for which it is kept, stage
-- Returns version, state and hash of what is there now.
local job = KEYS[1]
if redis.call('EXISTS', job) == 0 then
  redis.call('HSET', job, 'version', 1, 'state', ARGV[1], 'request', ARGV[2], 'fence', 0, 'until', 0,
    'posted', 0, 'ended', 0, 'stage', ARGV[4])
  redis.call('PEXPIRE', job, ARGV[3])
end
return redis.call('HMGET', job, 'version', 'state', 'request')
