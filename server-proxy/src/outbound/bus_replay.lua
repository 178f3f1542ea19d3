-- Publishes a dead letter again; -1 when there is none with this id, 0 when too many messages wait.
-- KEYS: the dead letters, then the topics' streams. ARGV: the message's id, most messages, the topics' names.
for _, row in ipairs(redis.call('XRANGE', KEYS[1], '-', '+')) do
  local of = {}
  for at = 1, #row[2], 2 do
    of[row[2][at]] = row[2][at + 1]
  end
  for at = 3, #ARGV do
    if of.id == ARGV[1] and of.topic == ARGV[at] then
      local stream = KEYS[at - 1]
      if redis.call('XLEN', stream) >= tonumber(ARGV[2]) then
        return 0
      end
      redis.call('XADD', stream, '*', 'id', of.id, 'key', of.key, 'kind', of.kind, 'body', of.body)
      redis.call('XDEL', KEYS[1], row[1])
      return 1
    end
  end
end
return -1
