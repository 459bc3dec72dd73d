-- Joins the board; who finds nobody alive there begins anew.
-- KEYS: the members (a hash of their tokens). ARGV: what keys begin with, member, ms that it
-- counts as alive.
-- Answers how many others are alive.
local root, alive = ARGV[1], 0
local members = redis.call('HKEYS', KEYS[1])
for _, member in ipairs(members) do
  if member ~= ARGV[2] then alive = alive + redis.call('EXISTS', root .. 'alive:' .. member) end
end
if alive == 0 then
  for _, member in ipairs(members) do
    redis.call('DEL', root .. 'head:' .. member, root .. 'slices:' .. member)
  end
  redis.call('DEL', KEYS[1], root .. 'departed', root .. 'folded')
end
redis.call('SET', root .. 'alive:' .. ARGV[2], '1', 'PX', ARGV[3])
return alive
