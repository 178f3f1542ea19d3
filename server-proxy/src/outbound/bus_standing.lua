-- How a topic stands. KEYS: its stream, the dead letters. Returns messages, the oldest one's age in ms, dead letters.
local oldest = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1]
local age = 0
if oldest then
  local clock = redis.call('TIME')
  age = clock[1] * 1000 + math.floor(clock[2] / 1000) - tonumber(string.match(oldest[1], '^%d+'))
end
return { redis.call('XLEN', KEYS[1]), math.max(0, age), redis.call('XLEN', KEYS[2]) }
