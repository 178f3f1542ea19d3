-- Adds a message; false when too many wait.
-- KEYS: the topic's stream. ARGV: most messages, whether what no group waits for may be forgotten, id, key, kind, body.
local count = redis.call('XLEN', KEYS[1])
if count >= tonumber(ARGV[1]) then
  if ARGV[2] ~= '1' or #redis.call('XINFO', 'GROUPS', KEYS[1]) > 0 then
    return 0
  end
  redis.call('XTRIM', KEYS[1], 'MAXLEN', ARGV[1] - 1)
end
redis.call('XADD', KEYS[1], '*', 'id', ARGV[3], 'key', ARGV[4], 'kind', ARGV[5], 'body', ARGV[6])
return 1
