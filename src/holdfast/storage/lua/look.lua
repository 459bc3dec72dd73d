-- Which breakers stand otherwise than the asker knows, and how many processes look.
-- KEYS: the members (a sorted set by the time they were last seen), then breakers.
-- ARGV: member, us that a member counts, then the generation that it knows of each breaker.
-- Answers members, then {index, generation, name, remaining_us, open_us, reason} for each that
-- differs.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local seen = tonumber(ARGV[2])
redis.call('ZADD', KEYS[1], string.format('%.0f', now), ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('(%.0f', now - seen))
redis.call('PEXPIRE', KEYS[1], string.format('%.0f', math.ceil(seen / 1000)))
local answer = {redis.call('ZCARD', KEYS[1])}
for index = 1, #KEYS - 1 do
  local at = redis.call('HMGET', KEYS[index + 1],
    'generation', 'name', 'due_at', 'open_us', 'reason')
  local generation = at[1] or '0'
  if generation ~= ARGV[index + 2] then
    local remaining = math.max((tonumber(at[3]) or now) - now, 0)
    answer[#answer + 1] =
      {index, generation, at[2] or 'closed', remaining, at[4] or '0', at[5] or ''}
  end
end
return answer
