-- Keeps one record of a caller's.
--
-- KEYS: index, rows, erased
-- ARGV: id, Unix ms of its beginning, record as JSON, records max, ms for which they are kept
-- Returns 0 when it began before everything of the caller's was erased.
local index, rows, erased = KEYS[1], KEYS[2], KEYS[3]
local id, at, json = ARGV[1], tonumber(ARGV[2]), ARGV[3]
local records_max, kept = tonumber(ARGV[4]), tonumber(ARGV[5])

if tonumber(redis.call('GET', erased) or '-1') >= at then
  return 0
end
redis.call('ZADD', index, at, id)
redis.call('HSET', rows, id, json)
local gone = redis.call('ZRANGE', index, '-inf', '(' .. (at - kept), 'BYSCORE')
local too_many = redis.call('ZCARD', index) - records_max
if too_many > 0 then
  for _, one in ipairs(redis.call('ZRANGE', index, 0, too_many - 1)) do
    gone[#gone + 1] = one
  end
end
for _, one in ipairs(gone) do
  redis.call('ZREM', index, one)
  redis.call('HDEL', rows, one)
end
redis.call('PEXPIRE', index, kept)
redis.call('PEXPIRE', rows, kept)
return 1
