-- Replaces what a worker published, and adds slices of its window.
-- KEYS: the members. ARGV: what keys begin with, member, ms that it counts as alive, ms that all
-- is kept, number of the oldest slice, head ('' for: it stands), then number, slice, ...
-- Answers 1; 0 when it was folded and nothing was done; -1 when there is no head that could stand.
local root, member, keep = ARGV[1], ARGV[2], ARGV[4]
local slices = root .. 'slices:' .. member
if redis.call('ZSCORE', root .. 'folded', member) then return 0 end
if ARGV[6] ~= '' then
  redis.call('HSET', KEYS[1], member, redis.call('INCR', root .. 'token'))
  redis.call('SET', root .. 'head:' .. member, ARGV[6])
elseif redis.call('HEXISTS', KEYS[1], member) == 0 then
  return -1
end
for at = 7, #ARGV, 2 do redis.call('HSET', slices, ARGV[at], ARGV[at + 1]) end
for _, number in ipairs(redis.call('HKEYS', slices)) do
  if tonumber(number) < tonumber(ARGV[5]) then redis.call('HDEL', slices, number) end
end
redis.call('SET', root .. 'alive:' .. member, '1', 'PX', ARGV[3])
for _, key in ipairs({KEYS[1], root .. 'token', root .. 'head:' .. member, slices,
    root .. 'departed', root .. 'folded'}) do
  redis.call('PEXPIRE', key, keep)
end
return 1
