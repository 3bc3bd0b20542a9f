package redis

import goredis "github.com/redis/go-redis/v9"

// A session is one hash, netra:s:<reporter>:
//
//	v  its version, a decimal number
//	d  the sealed session
//	p  the sealed prompt; absent: unknown
//
// Every step that looks before it writes is one script: nobody gets between.

// saveScript stores a session if its version is the one given.
//
//	KEYS[1]  the session
//	ARGV[1]  the version it must have, "0": there must be none
//	ARGV[2]  the new version
//	ARGV[3]  the sealed session
//	ARGV[4]  its time to live in milliseconds
//	returns  1 when it was stored, 0 when somebody else saved it or it is gone
//
// The same save again, after its answer was lost on the way, returns 1 too: no
// two savings are sealed alike.
var saveScript = goredis.NewScript(`
local v = redis.call('HGET', KEYS[1], 'v') or '0'
if v ~= ARGV[1] then
	if v == ARGV[2] and redis.call('HGET', KEYS[1], 'd') == ARGV[3] then
		return 1
	end
	return 0
end
redis.call('HSET', KEYS[1], 'v', ARGV[2], 'd', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1
`)

// promptScript stores the prompt of a session that exists. Its life does not
// become longer.
//
//	KEYS[1]  the session
//	ARGV[1]  the sealed prompt, "" to drop it
//	returns  1 when it was stored, 0 when there is no session
var promptScript = goredis.NewScript(`
if redis.call('EXISTS', KEYS[1]) == 0 then
	return 0
end
if ARGV[1] == '' then
	redis.call('HDEL', KEYS[1], 'p')
else
	redis.call('HSET', KEYS[1], 'p', ARGV[1])
end
return 1
`)
