-- Hands out admissions of a rate: the generic cell rate algorithm, on the server's clock.
-- KEYS: the bucket (a hash), its members (a sorted set by the time they were last seen).
-- ARGV: us for each admission, burst, wanted, owed, us that nobody may go, member,
-- us that a member counts.
-- At once nobody gets more than his part of the burst: others may have taken theirs unasked.
-- Answers {granted, us until the next is free, us that nobody may go, members}.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local step, burst, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local owed, block, seen = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[7])
local at = redis.call('HMGET', KEYS[1], 'empty_at', 'blocked_until')

redis.call('ZADD', KEYS[2], string.format('%.0f', now), ARGV[6])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', string.format('(%.0f', now - seen))
redis.call('PEXPIRE', KEYS[2], string.format('%.0f', math.ceil(seen / 1000)))
local members = redis.call('ZCARD', KEYS[2])

local empty_at = math.max(math.max(tonumber(at[1]) or 0, now) + owed * step, now)
local blocked_until = math.max(tonumber(at[2]) or 0, now + block)
local granted = 0
if blocked_until <= now then
  local free = math.floor((now + burst * step - empty_at) / step + 1e-9)
  granted = math.max(math.min(wanted, free, math.ceil(burst / members)), 0)
end
empty_at = empty_at + granted * step

redis.call('HSET', KEYS[1], 'empty_at', string.format('%.0f', empty_at),
  'blocked_until', string.format('%.0f', blocked_until))
local idle_in = math.max(empty_at, blocked_until) - now + seen
redis.call('PEXPIRE', KEYS[1], string.format('%.0f', math.ceil(idle_in / 1000)))

local blocked = math.max(blocked_until - now, 0)
local empty = math.max(empty_at + step - burst * step - now, blocked, 0)
return {granted, math.ceil(empty), math.ceil(blocked), members}
