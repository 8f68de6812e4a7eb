/**
 * What runs in Redis to spend: all calls that came together in one script, one after the other, each of them whole or
 * not at all. Nothing is looked up and then written by two commands that another client could come between.
 */
import { CLOCK_DIFFERENCE, GRAIN } from './settle-script.ts'

/** The first number of the reply. */
export const verdicts = { judged: 0, epochOver: 1, clocksDiffer: 2, unheard: 3 } as const

/**
 * Milliseconds for which a server may not have answered the caller, at most, by its own clock: more than a lease, for it
 * is the caller's monotonic clock that measures that, and it stands still while a machine sleeps.
 */
const LONGEST_SILENCE = 6000

/** Of one call: every use is spent; its time has passed already; else the place, from 1, of the key that has none left. */
export const outcomes = { spent: 0, past: -1 } as const

/**
 * KEYS: the record of the epoch, then what is spent. ARGV: the epoch's id; the caller's time, and the latest time of the
 * server's at which it was answered, both in milliseconds; the calls that are more than one use of a thing with one, as
 * JSON {"<place of the first key>": [limit of each key]}, or nothing; then until when each key is kept.
 *
 * Yields the verdict, the server's time, and the outcome of each call, which are left out where all were spent.
 */
export const SPEND = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local record = redis.call('HMGET', KEYS[1], 'id', 'seen', 'agreed')

-- No record, or another one: memory was lost, and which of the keys were here nobody knows.
if record[1] ~= ARGV[1] then return {${verdicts.epochOver}, now} end
-- The clock was set back, after keys may have run out by it.
if now < record[2] - ${CLOCK_DIFFERENCE - GRAIN} then return {${verdicts.epochOver}, now} end

-- The record is older than the caller saw it: a copy was put in its place, and whatever was spent since is forgotten.
if ARGV[3] - record[3] > ${GRAIN} then return {${verdicts.epochOver}, now} end

-- Also true of a command that was stuck on its way: whoever sent it waits for it no more.
if math.abs(now - ARGV[2]) > ${CLOCK_DIFFERENCE} then
  if now > tonumber(record[2]) then redis.call('HSET', KEYS[1], 'seen', now) end
  return {${verdicts.clocksDiffer}, now}
end
-- Both were asleep, on one machine, and meanwhile another master may have been made: the next heartbeat finds out.
if now - ARGV[3] > ${LONGEST_SILENCE} then return {${verdicts.unheard}, now} end
if now > record[3] + ${GRAIN} then
  redis.call('HSET', KEYS[1], 'seen', math.max(now, record[2]), 'agreed', now)
end

-- One use of a thing with one: a single command looks and writes. Where it would run out at once it is not written at
-- all, for then it could be used again at once.
local function spend_only(place)
  local till = ARGV[place + 3]
  if tonumber(till) <= now then return ${outcomes.past} end
  if redis.call('SET', KEYS[place], 1, 'NX', 'PXAT', till) then return ${outcomes.spent} end
  return 1
end

-- First all are looked at, then all are written: a script that has written can't take it back. A key may come twice.
local function spend_all(place, limits)
  local used = {}
  for nth, limit in ipairs(limits) do
    local key = KEYS[place + nth - 1]
    if tonumber(ARGV[place + nth + 2]) <= now then return ${outcomes.past} end
    used[key] = (used[key] or tonumber(redis.call('GET', key) or 0)) + 1
    if used[key] > limit then return nth end
  end
  for nth in ipairs(limits) do
    local key, till = KEYS[place + nth - 1], ARGV[place + nth + 2]
    if redis.call('INCR', key) == 1 then redis.call('PEXPIREAT', key, till)
    else redis.call('PEXPIREAT', key, till, 'GT') end
  end
  return ${outcomes.spent}
end

local calls = ARGV[4] ~= '' and cjson.decode(ARGV[4]) or nil
local reply, refused, place, last = {${verdicts.judged}, now}, false, 2, #KEYS
while place <= last do
  local limits = calls and calls[tostring(place)]
  local outcome = limits and spend_all(place, limits) or not limits and spend_only(place)
  refused = refused or outcome ~= ${outcomes.spent}
  reply[#reply + 1] = outcome
  place = place + (limits and #limits or 1)
end
if refused then return reply end
return {${verdicts.judged}, now}
`
