-- Keeps an answer, and lets the tenant's oldest go until all of them fit.
-- KEYS: the answer, the tenant's index by time, its sizes, the count of its bytes.
-- ARGV: the answer's name, the answer, its bytes, now (ms), time to live (ms), bytes at most,
--       the beginning of every answer's key.
local name, bytes, now, ttl, most = ARGV[1], tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])

local function forget(gone)
  local size = redis.call('HGET', KEYS[3], gone)
  if size then
    redis.call('HDEL', KEYS[3], gone)
    redis.call('DECRBY', KEYS[4], size)
  end
  redis.call('ZREM', KEYS[2], gone)
  redis.call('DEL', ARGV[7] .. gone)
end

forget(name)
for _, gone in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now - ttl, 'LIMIT', 0, 100)) do
  forget(gone)
end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ttl)
-- Later than the newest, also within one millisecond: which one is the oldest must be certain.
local newest = tonumber(redis.call('ZRANGE', KEYS[2], -1, -1, 'WITHSCORES')[2] or 0)
redis.call('ZADD', KEYS[2], math.max(now, newest + 1), name)
redis.call('HSET', KEYS[3], name, bytes)
local all = redis.call('INCRBY', KEYS[4], bytes)
while all > most do
  local oldest = redis.call('ZRANGE', KEYS[2], 0, 0)[1]
  if not oldest then break end
  forget(oldest)
  all = tonumber(redis.call('GET', KEYS[4]) or '0')
end
-- A tenant that asks nothing any more leaves nothing behind.
for at = 2, 4 do redis.call('PEXPIRE', KEYS[at], ttl * 2) end
return all
