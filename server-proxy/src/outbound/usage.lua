-- Counts what one caller uses, by the clock of this Redis, so that every server agrees.
-- KEYS: the caller's windows; the requests in flight, each until its lease ends; where it is noted
-- that work was counted, for work with a name.
-- ARGV: 'begin', ticket, lease in milliseconds, then the limits of requests in flight, requests a
-- minute, tokens a minute, tokens a day, -1 where there is none; or 'spend', tokens.
local MINUTE, DAY = 60000, 86400000
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local kept = redis.call('HMGET', KEYS[1], 'rw', 'rc', 'rp', 'mw', 'mc', 'mp', 'dw', 'dc', 'dp')

local function window(at, period)
  local number = math.floor(now / period)
  local known, current, previous =
    tonumber(kept[at] or 0), tonumber(kept[at + 1] or 0), tonumber(kept[at + 2] or 0)
  if known == number - 1 then
    current, previous = 0, current
  elseif known < number then
    current, previous = 0, 0
  else
    number = known
  end
  return { number = number, current = current, previous = previous, period = period }
end

local function used(w)
  return w.current + math.floor(w.previous * (w.period - now % w.period) / w.period)
end

local requests, minute, day = window(1, MINUTE), window(4, MINUTE), window(7, DAY)
local began = 0

if ARGV[1] == 'spend' then
  local tokens = tonumber(ARGV[2])
  if KEYS[3] and not redis.call('SET', KEYS[3], 1, 'NX', 'PX', DAY) then
    tokens = 0
  end
  minute.current = minute.current + tokens
  day.current = day.current + tokens
else
  redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
  local function reached(number, limit)
    return tonumber(limit) >= 0 and number >= tonumber(limit)
  end
  if not (reached(redis.call('ZCARD', KEYS[2]), ARGV[4]) or reached(used(requests), ARGV[5])
      or reached(used(minute), ARGV[6]) or reached(used(day), ARGV[7])) then
    began = 1
    requests.current = requests.current + 1
    redis.call('ZADD', KEYS[2], now + tonumber(ARGV[3]), ARGV[2])
    redis.call('PEXPIRE', KEYS[2], ARGV[3])
  end
end

redis.call('HSET', KEYS[1], 'rw', requests.number, 'rc', requests.current, 'rp', requests.previous,
  'mw', minute.number, 'mc', minute.current, 'mp', minute.previous,
  'dw', day.number, 'dc', day.current, 'dp', day.previous)
redis.call('PEXPIRE', KEYS[1], 2 * DAY)
local function told(w)
  return { w.number, w.current, w.previous }
end
return { began, now, redis.call('ZCARD', KEYS[2]), told(requests), told(minute), told(day) }
