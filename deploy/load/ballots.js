// Ballots for k6, in an open model: k6 run -e TOKENS=/tmp/tokens deploy/load/ballots.js
//   TOKENS     file of access tokens, one a line (forumctl load --make-tokens)
//   FORUM_URL  where the Forum is (http://127.0.0.1:8080)
//   PROPOSALS  the votes' proposals, separated by commas (all that are open)
//   PROFILE    constant, step or spike; RATE ballots a second (1000), BASE (a tenth of it), DURATION in seconds (30)
//   VUS        virtual users at most: ballots on their way at a time (512)
import { check } from 'k6';
import { SharedArray } from 'k6/data';
import exec from 'k6/execution';
import http from 'k6/http';
import { Counter } from 'k6/metrics';

const url = (__ENV.FORUM_URL || 'http://127.0.0.1:8080').replace(/\/+$/, '');
const rate = Number(__ENV.RATE || 1000);
const base = Number(__ENV.BASE || Math.max(1, Math.round(rate / 10)));
const seconds = Number(__ENV.DURATION || 30);
const users = Number(__ENV.VUS || 512);

const tokens = new SharedArray('tokens', () =>
  open(__ENV.TOKENS)
    .split('\n')
    .filter((line) => line.length > 0),
);

const accepted = new Counter('ballots_accepted');
const refused = new Counter('ballots_refused');
const unknown = new Counter('ballots_unknown');

// Rates, each for a share of the time.
const profiles = {
  constant: [[rate, 1]],
  step: [0, 1, 2, 3, 4].map((step) => [Math.round(base + ((rate - base) * step) / 4), 1 / 5]),
  spike: [
    [base, 2 / 5],
    [rate, 1 / 5],
    [base, 2 / 5],
  ],
};

// A scenario for each rate, one after the other; FIRST goes on with the citizens where the one before has ended.
const scenarios = {};
let start = 0;
let first = 0;
for (const [phase, share] of profiles[__ENV.PROFILE || 'constant']) {
  const duration = Math.max(1, Math.round(seconds * share));
  scenarios[`from_${start}s_at_${phase}`] = {
    executor: 'constant-arrival-rate',
    rate: phase,
    timeUnit: '1s',
    startTime: `${start}s`,
    duration: `${duration}s`,
    preAllocatedVUs: Math.min(users, 128),
    maxVUs: users,
    gracefulStop: '10s',
    env: { FIRST: String(first) },
  };
  start += duration;
  first += phase * duration;
}

export const options = {
  scenarios,
  thresholds: {
    'http_req_duration{name:ballot}': ['p(99)<1000'],
    ballots_unknown: ['count<1'],
    // Ballots that were due and never sent: too few virtual users, or the Forum too slow for them.
    dropped_iterations: ['count<1'],
  },
  summaryTrendStats: ['avg', 'p(50)', 'p(90)', 'p(95)', 'p(99)', 'max'],
};

export function setup() {
  if (__ENV.PROPOSALS) return { proposals: __ENV.PROPOSALS.split(',') };
  const answer = http.get(`${url}/v1/votes?state=open&limit=500`, { tags: { name: 'votes' } });
  check(answer, { 'the votes are shown': (response) => response.status === 200 });
  const proposals = answer.json('items').map((vote) => vote.proposal);
  if (proposals.length === 0) throw new Error('no vote is open');
  return { proposals };
}

export default function ballot({ proposals }) {
  const number = Number(__ENV.FIRST) + exec.scenario.iterationInTest;
  const citizen = number % tokens.length;
  const round = Math.floor(number / tokens.length);
  const proposal = proposals[(round + citizen) % proposals.length];
  const answer = http.post(
    `${url}/v1/proposals/${proposal}/ballots`,
    JSON.stringify({ choice: citizen % 10 === 0 ? 'no' : 'yes' }),
    {
      headers: { Authorization: `Bearer ${tokens[citizen]}`, 'Content-Type': 'application/json' },
      tags: { name: 'ballot' },
    },
  );
  check(answer, { '202 with a receipt': (response) => response.status === 202 && response.json('receipt').length === 35 });
  if (answer.status === 202) accepted.add(1);
  else if (answer.status >= 400 && answer.status < 500) refused.add(1);
  else unknown.add(1);
}
