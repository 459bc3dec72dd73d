-- Replaces the departed total by one that holds a dead worker as well.
-- KEYS: the members. ARGV: what keys begin with, member, its token, the new version, the new body,
-- how many folded ones are remembered.
-- Answers 1, or 0 when somebody was faster, or the worker lives.
local root, member = ARGV[1], ARGV[2]
local folded, departed = root .. 'folded', root .. 'departed'
if redis.call('HGET', KEYS[1], member) ~= ARGV[3] then return 0 end
if redis.call('EXISTS', root .. 'alive:' .. member) == 1 then return 0 end
if redis.call('ZSCORE', folded, member) then return 0 end
local version = tonumber(redis.call('HGET', departed, 'version') or '0')
if version + 1 ~= tonumber(ARGV[4]) then return 0 end
redis.call('HSET', departed, 'version', ARGV[4], 'body', ARGV[5])
redis.call('ZADD', folded, redis.call('TIME')[1], member)
redis.call('ZREMRANGEBYRANK', folded, 0, -ARGV[6] - 1)
return 1
