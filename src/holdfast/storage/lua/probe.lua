-- Gives one holder at a time leave to probe a breaker that is open and due.
-- KEYS: the breaker. ARGV: the generation meant, holder, for how long in us (0: give it back),
-- how long a refused wish is remembered in us.
-- Answers {granted, contested}.
local key = KEYS[1]
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local at = redis.call('HMGET', key,
  'generation', 'name', 'due_at', 'holder', 'held_until', 'wanted_at')
local is_mine = at[4] == ARGV[2]
if at[1] ~= ARGV[1] then
  return {0, 0}
end
if ARGV[3] == '0' then
  if is_mine then redis.call('HDEL', key, 'holder', 'held_until') end
  return {0, 0}
end
if at[2] ~= 'open' or tonumber(at[3]) > now then
  return {0, 0}
end
if not is_mine and (tonumber(at[5]) or 0) > now then
  redis.call('HSET', key, 'wanted_at', string.format('%.0f', now))
  return {0, 1}
end
local wanted_at = tonumber(at[6]) or 0
if not is_mine then
  redis.call('HDEL', key, 'wanted_at')
  wanted_at = 0
end
redis.call('HSET', key, 'holder', ARGV[2], 'held_until', string.format('%.0f', now + ARGV[3]))
return {1, (now - wanted_at < tonumber(ARGV[4])) and 1 or 0}
