-- Everything on the board at one moment.
-- KEYS: the members. ARGV: what keys begin with, the departed version that is known, then member,
-- token, ... that are known.
-- Answers {departed version, departed body ('' when known), {member, token, alive, folded, head
-- ('' when known)}, ...}.
local root, known = ARGV[1], {}
for at = 3, #ARGV, 2 do known[ARGV[at]] = ARGV[at + 1] end
local version = redis.call('HGET', root .. 'departed', 'version') or '0'
local body = ''
if version ~= ARGV[2] then body = redis.call('HGET', root .. 'departed', 'body') or '' end
local answer = {version, body}
local tokens = redis.call('HGETALL', KEYS[1])
for at = 1, #tokens, 2 do
  local member, token, head = tokens[at], tokens[at + 1], ''
  if known[member] ~= token then head = redis.call('GET', root .. 'head:' .. member) or '' end
  local folded = redis.call('ZSCORE', root .. 'folded', member) and 1 or 0
  table.insert(answer,
    {member, token, redis.call('EXISTS', root .. 'alive:' .. member), folded, head})
end
return answer
