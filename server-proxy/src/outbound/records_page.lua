-- Some of a caller's records, newest first.
--
-- KEYS: index, rows
-- ARGV: id to go on after or nothing, count
local index, rows, after, count = KEYS[1], KEYS[2], ARGV[1], tonumber(ARGV[2])
local from = 0
if after ~= '' then
  local rank = redis.call('ZREVRANK', index, after)
  if not rank then
    return {}
  end
  from = rank + 1
end
local ids = redis.call('ZREVRANGE', index, from, from + count - 1)
if #ids == 0 then
  return {}
end
return redis.call('HMGET', rows, unpack(ids))
