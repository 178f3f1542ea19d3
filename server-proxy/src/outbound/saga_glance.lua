-- Where a job stands, as far as numbers about all of them need it.
--
-- KEYS: job, outbox
-- Returns its stage, how many messages wait to go out, and for how many ms.
local known = redis.call('HMGET', KEYS[1], 'stage', 'posted_at')
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
return { known[1], redis.call('HLEN', KEYS[2]), math.max(0, now - tonumber(known[2] or now)) }
