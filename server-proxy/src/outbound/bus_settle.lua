-- Notes what became of an entry that this receiver holds; gives what was done, how often it failed, and what is next.
-- ARGV, beside what is common: the entry, done | failed | given_up | postponed | unopened, why it failed.
local entry, outcome, why = ARGV[7], ARGV[8], ARGV[9]
-- After a loss of everything there is no group.
local pending = redis.pcall('XPENDING', stream, group, entry, entry, 1)
local of = message(entry)
if pending.err or not pending[1] or pending[1][2] ~= receiver or not of then
  return { 'lost', 0, {} }
end
if outcome == 'done' then
  return { 'settled', 0, leave(entry, of.key) }
end
if outcome == 'unopened' then
  -- Free for others at once; taking it will count as a failure, which it was not.
  redis.call('HINCRBY', tries, entry, -1)
  redis.call('XCLAIM', stream, group, receiver, 0, entry, 'IDLE', 86400000, 'JUSTID')
  return { 'settled', 0, {} }
end
if outcome == 'postponed' then
  return { 'again', math.max(0, tonumber(redis.call('HGET', tries, entry) or '0')), {} }
end
if outcome == 'given_up' then
  -- As if this were the last of its tries.
  redis.call('HSET', tries, entry, tonumber(ARGV[3]) - 1)
end
local failures, following = failed(entry, of, why)
if failures then
  return { 'again', failures, {} }
end
return { 'settled', 0, following }
