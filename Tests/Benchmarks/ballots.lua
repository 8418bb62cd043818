-- wrk: ballots of citizens on votes, no pair of the two twice. TOKENS and VOTES name files with a token and a proposal a line;
-- FIRST is the number of the first ballot, so that a second run goes on where the first has ended.
local function lines(variable)
  local all = {}
  for line in io.lines(os.getenv(variable)) do all[#all + 1] = line end
  return all
end

local tokens, votes = lines("TOKENS"), lines("VOTES")
local body = '{"choice":"yes"}'
local tail = "\r\nContent-Type: application/json\r\nContent-Length: " .. #body .. "\r\n\r\n" .. body
local number = tonumber(os.getenv("FIRST") or "0")

function request()
  local token = tokens[number % #tokens + 1]
  -- The vote moves on with each round of the tokens, and differs between neighbours.
  local vote = votes[(number + math.floor(number / #tokens)) % #votes + 1]
  number = number + 1
  return "POST /v1/proposals/" .. vote .. "/ballots HTTP/1.1\r\nHost: forum\r\nAuthorization: Bearer " .. token .. tail
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\nRESULT {"requests":%d,"microseconds":%d,"refused":%d,"failed":%d,"p50":%.3f,"p99":%.3f,"max":%.3f}\n',
    summary.requests, summary.duration, errors.status, errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, latency.max / 1000))
end
