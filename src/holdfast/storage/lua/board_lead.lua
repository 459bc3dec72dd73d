-- Takes or keeps the lead. KEYS: the leader. ARGV: member, ms that it is kept without asking.
-- Answers 1 when the member leads.
local leader = redis.call('GET', KEYS[1])
if leader and leader ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
