-- Ballots for wrk: wrk -t2 -c256 -d30s --latency -s deploy/load/ballots.lua http://127.0.0.1:8080
--   TOKENS     file of access tokens, one a line (forumctl load --make-tokens)
--   PROPOSALS  the votes' proposals, separated by commas
--   STATUSES   1: count the answers by status; costs wrk some speed

local threads = {}

local function read_tokens()
  local name = os.getenv("TOKENS") or error("TOKENS names no file")
  local tokens = {}
  for line in io.lines(name) do
    if #line > 0 then tokens[#tokens + 1] = line end
  end
  if #tokens == 0 then error(name .. " holds no token") end
  return tokens
end

local function read_proposals()
  local proposals = {}
  for proposal in (os.getenv("PROPOSALS") or ""):gmatch("[^,%s]+") do proposals[#proposals + 1] = proposal end
  if #proposals == 0 then error("PROPOSALS names no vote") end
  return proposals
end

function setup(thread)
  thread:set("number", #threads)
  threads[#threads + 1] = thread
end

function init()
  tokens, proposals, taken, statuses = read_tokens(), read_proposals(), 0, {}
  -- Threads begin far from each other. Where they meet, or come round, ballots are repeats and count once.
  start = math.floor(number * #tokens / 8)
  if os.getenv("STATUSES") == "1" then
    function response(status) statuses[status] = (statuses[status] or 0) + 1 end
  end
end

function request()
  local round, citizen = math.floor(taken / #tokens), (start + taken) % #tokens
  taken = taken + 1
  local proposal = proposals[(round + citizen) % #proposals + 1]
  local choice = citizen % 10 == 0 and "no" or "yes"
  return wrk.format("POST", "/v1/proposals/" .. proposal .. "/ballots", {
    ["Host"] = wrk.headers["Host"],
    ["Authorization"] = "Bearer " .. tokens[citizen + 1],
    ["Content-Type"] = "application/json",
  }, '{"choice":"' .. choice .. '"}')
end

function done(summary, latency)
  local total = {}
  for _, thread in ipairs(threads) do
    for status, count in pairs(thread:get("statuses") or {}) do total[status] = (total[status] or 0) + count end
  end
  for status, count in pairs(total) do print(("status %d: %d"):format(status, count)) end
  print(("ballots a second: %.0f, p99 %.1f ms, answers that were no 2xx: %d, errors of sockets: %d"):format(
    summary.requests / summary.duration * 1e6, latency:percentile(99) / 1000, summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
