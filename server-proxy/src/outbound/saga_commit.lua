-- Stores a change of a job with its texts and its messages, all of it or nothing. The keys share a hash
-- tag, so this also runs on a cluster.
--
-- KEYS: job, before, after, outbox
-- ARGV: expected version, fencing token or -1, state as JSON, 1 when it is ended, ms for which it is
--       kept, which text is put (0 none, 1 before, 2 after), the text, 1 when before is deleted, 1 when
--       after is, stage, then the messages
-- Returns the new version; -1 when it is refused.
local job, texts, outbox = KEYS[1], { KEYS[2], KEYS[3] }, KEYS[4]
local expected, fence, kept = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[5])
local known = redis.call('HMGET', job, 'version', 'fence', 'posted')
if tonumber(known[1] or '-1') ~= expected or (fence >= 0 and tonumber(known[2]) ~= fence) then
  return -1
end
local posted = tonumber(known[3])
if #ARGV > 10 and redis.call('EXISTS', outbox) == 0 then
  local clock = redis.call('TIME')
  redis.call('HSET', job, 'posted_at', clock[1] * 1000 + math.floor(clock[2] / 1000))
end
for number = 11, #ARGV do
  posted = posted + 1
  redis.call('HSET', outbox, posted, ARGV[number])
end
redis.call('HSET', job, 'version', expected + 1, 'state', ARGV[3], 'ended', ARGV[4], 'posted', posted,
  'stage', ARGV[10])
for part, key in ipairs(texts) do
  if ARGV[7 + part] == '1' then
    redis.call('DEL', key)
  end
end
local put = tonumber(ARGV[6])
if put > 0 then
  redis.call('SET', texts[put], ARGV[7])
end
for _, key in ipairs(KEYS) do
  redis.call('PEXPIRE', key, kept)
end
return expected + 1
