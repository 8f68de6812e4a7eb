/**
 * What runs in Redis when a connection begins, and with every heartbeat: is this the server that remembers what was
 * spent in this epoch? Where it is not, or may not be, another epoch begins. Being one script, it runs whole or not at
 * all, so of processes that find the same thing at once one begins the epoch and the others find it there.
 *
 * The epoch's record is a hash: `format`, `deployment`, `id`, `secret`, `not_before`; `server`, who the server was that
 * it was settled on, and `margin`, for how long it may go on unnoticed; `seen`, the highest time that the server's clock
 * showed; `agreed`, the highest at which a process agreed with it; `evicted`, how many keys the server had thrown away.
 * Times are in milliseconds.
 */

/** The layout of the record. A release that changes it raises this. */
const FORMAT = 1

/** Differences of clocks up to this many milliseconds are what honest machines have. */
export const CLOCK_DIFFERENCE = 5000

/** `seen` and `agreed` are written when they are this far behind, and may be behind by as much. */
export const GRAIN = 1000

/** KEYS: the record. ARGV as `settle` lists them. Yields a word and what goes with it. */
export const SETTLE = `
local record_key = KEYS[1]
local deployment, caller, replicas, lag = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local margin, new_id, new_secret, not_before_if_first = tonumber(ARGV[5]), ARGV[6], ARGV[7], tonumber(ARGV[8])
local known_id, known_not_before, known_agreed = ARGV[9], tonumber(ARGV[10]), tonumber(ARGV[11])

local info = redis.call('INFO', 'server', 'replication', 'memory', 'stats')
if string.match(info, 'role:(%a+)') ~= 'master' then return {'read_only'} end
-- A restart changes the first; a promotion changes the second, also of a server that is promoted a second time.
local server = string.match(info, 'run_id:(%w+)') .. '/' .. string.match(info, 'master_replid:(%w+)')

-- Set while it runs, this makes it forget; and that it did forget is known after it was set back, too.
if string.match(info, 'maxmemory_policy:([%w-]+)') ~= 'noeviction' then return {'eviction'} end
local evicted = tonumber(string.match(info, 'evicted_keys:(%d+)'))

-- Redis itself counts its replicas once in a second: one that was stopped for a minute counts those of a minute ago
-- when it wakes. The lags that INFO gives are those of now.
local present = 0
for seconds in string.gmatch(info, 'slave%d+:[^\\r\\n]*state=online[^\\r\\n]*lag=(%d+)') do
  if tonumber(seconds) <= lag then present = present + 1 end
end
if present < replicas then return {'replicas'} end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local found = redis.call('HMGET', record_key,
  'format', 'deployment', 'id', 'secret', 'not_before', 'server', 'seen', 'agreed', 'margin', 'evicted')
local format, id, secret, not_before = tonumber(found[1]), found[3], found[4], tonumber(found[5])
local seen, agreed = tonumber(found[7]), tonumber(found[8])
if format and format > ${FORMAT} then return {'newer_schema', format} end
if format and found[2] ~= deployment then return {'foreign'} end

if math.abs(now - caller) > ${CLOCK_DIFFERENCE} then
  -- Keys may have run out by this clock, so that it once showed this time must be known when it is set back.
  if format and now > seen then redis.call('HSET', record_key, 'seen', now) end
  return {'clock', now}
end

local function goes_on()
  if not format or found[6] ~= server or evicted > tonumber(found[10]) then return false end
  if now < seen - ${CLOCK_DIFFERENCE - GRAIN} then return false end
  -- The same epoch, but older than the caller saw it: a copy was put in its place.
  if id == known_id then return agreed >= known_agreed - ${GRAIN} end
  -- Another epoch, but one that would let in what the caller saw used.
  return not_before >= known_not_before and not_before >= known_agreed
end

if goes_on() then
  redis.call('HSET', record_key, 'seen', math.max(seen, now), 'agreed', math.max(agreed, now),
    'evicted', evicted)
  return {'settled', id, not_before, secret, now}
end

if not format and not_before_if_first >= 0 then
  not_before = not_before_if_first
else
  -- Not only now: where the clock was set back, times come again at which things were used and forgotten. And later
  -- than every epoch that is known of, so that what belongs to one is refused in the next.
  local unnoticed = math.max(margin, tonumber(found[9]) or 0)
  not_before = math.max(now, agreed or 0, known_agreed) + ${CLOCK_DIFFERENCE} + unnoticed
  not_before = math.max(not_before, (tonumber(found[5]) or 0) + 1, known_not_before + 1)
end
redis.call('DEL', record_key)
redis.call('HSET', record_key, 'format', ${FORMAT}, 'deployment', deployment, 'id', new_id, 'secret', new_secret,
  'not_before', not_before, 'server', server, 'margin', margin, 'seen', now, 'agreed', now,
  'evicted', evicted)
return {'settled', new_id, not_before, new_secret, now}
`
