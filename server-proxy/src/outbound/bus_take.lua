-- Takes messages for a receiver: what dead receivers held, then what is new.
-- ARGV, beside what is common: most messages, silence in milliseconds after which a receiver is dead.
local count, silence = tonumber(ARGV[7]), ARGV[8]
-- Answers with an error, which is none, when the group is there.
redis.pcall('XGROUP', 'CREATE', stream, group, '0', 'MKSTREAM')
local out = {}

local function take(rows)
  for _, row in ipairs(rows) do
    out[#out + 1] = row
  end
end

local orphans = redis.call('XAUTOCLAIM', stream, group, receiver, silence, '0-0', 'COUNT', count, 'JUSTID')[2]
for _, entry in ipairs(orphans) do
  local of = message(entry)
  if not of then
    redis.call('XACK', stream, group, entry)
  elseif redis.call('LINDEX', lines .. of.key, 0) == entry then
    local failures, following = failed(entry, of, 'its receiver ended before it was done')
    take(failures and { handed(entry, of) } or following)
  end
end

if #out < count then
  local read = redis.call('XREADGROUP', 'GROUP', group, receiver, 'COUNT', count - #out, 'STREAMS', stream, '>')
  for _, row in ipairs(read and read[1][2] or {}) do
    local of = named(row[2])
    if redis.call('RPUSH', lines .. of.key, row[1]) == 1 then
      out[#out + 1] = handed(row[1], of)
    end
  end
end
return out
