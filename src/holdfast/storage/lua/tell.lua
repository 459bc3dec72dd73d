-- Moves a breaker, unless somebody else moved it since the mover last looked.
-- KEYS: the breaker. ARGV: the generation the mover knows, '1' if it insists,
-- name, remaining_us, open_us, reason, how long to keep it in ms.
-- Answers {accepted, generation, name, remaining_us, open_us, reason}: where it stands now.
-- A generation is the server's time in us: it never comes twice, even after a loss of all data.
local key = KEYS[1]
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local at = redis.call('HMGET', key, 'generation', 'name', 'due_at', 'open_us', 'reason')
local standing = at[1] or '0'
if ARGV[2] ~= '1' and ARGV[1] ~= standing then
  local remaining = math.max((tonumber(at[3]) or now) - now, 0)
  return {0, standing, at[2] or 'closed', remaining, at[4] or '0', at[5] or ''}
end
local generation = string.format('%.0f', math.max(now, tonumber(standing) + 1))
local due_at = string.format('%.0f', now + ARGV[4])
redis.call('HSET', key, 'generation', generation, 'name', ARGV[3], 'due_at', due_at,
  'open_us', ARGV[5], 'reason', ARGV[6])
redis.call('HDEL', key, 'holder', 'held_until', 'wanted_at')
redis.call('PEXPIRE', key, ARGV[7])
return {1, generation, ARGV[3], ARGV[4], ARGV[5], ARGV[6]}
