"""The running system as its users and operators have it: HTTP, Kafka, processes, and SQL for what only an oracle may see."""

import base64
import json
import os
import signal
import subprocess
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path

import requests
from requests.adapters import HTTPAdapter

CHECKOUT = Path(__file__).resolve().parents[2]
PORTS = {
    "intake": 1,
    "moderation": 2,
    "voting": 3,
    "vote-counter": 4,
    "referral": 5,
    "notification": 6,
    "portal": 7,
}
SERVICES = list(PORTS)
ISSUER = "https://login.forum.example"
AUDIENCE = "citizen-forum"


def eventually(check, seconds=30, what="", pause=0.1):
    """The first truthy value of check(); fails when there is none in time. `what` may be a function, asked at the end."""
    end = time.monotonic() + seconds
    while True:
        value = check()
        if value:
            return value
        assert time.monotonic() < end, f"not within {seconds} s: {what() if callable(what) else what or check}"
        time.sleep(pause)


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def timestamp(moment):
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"


def in_seconds(seconds):
    return timestamp(datetime.now(timezone.utc) + timedelta(seconds=seconds))


def in_parallel(count, body, width=16):
    """[body(0), body(1), ...], at most `width` at a time."""
    with ThreadPoolExecutor(width) as pool:
        return list(pool.map(body, range(count)))


class Forum:
    def __init__(self):
        self.state = Path(os.environ["FORUM_STATE"])
        script = f"set -a; . '{self.state}/env'; env -0"
        output = subprocess.run(["bash", "-c", script], capture_output=True, check=True).stdout
        self.environment = dict(part.split("=", 1) for part in output.decode().split("\0") if "=" in part)
        self.url = self.environment["FORUM_URL"]
        self.port_base = int(self.environment["FORUM_PORT_BASE"])
        self.bootstrap = self.environment["FORUM_KAFKA_BOOTSTRAP"]
        self.broker = os.environ.get("FORUM_TEST_BROKER", "kafka")
        self.mail_folder = self.state / "mail"
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.mount("http://", HTTPAdapter(pool_connections=4, pool_maxsize=64))
        self._tokens = {}

    # Processes

    def service(self, action, name, instance=1, ready_seconds=60, check=True):
        """deploy/local/service: start, stop, kill or restart."""
        environment = {
            "PATH": os.environ["PATH"],
            "FORUM_STATE": str(self.state),
            "FORUM_READY_SECONDS": str(ready_seconds),
        }
        command = [str(CHECKOUT / "deploy/local/service"), action, name, str(instance)]
        result = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=180)
        if check:
            assert result.returncode == 0, f"{action} {name} {instance}: {result.stdout}{result.stderr}"
        return result

    def process(self, name, instance=1):
        """The number of the process."""
        file = self.state / "run" / (name if instance == 1 else f"{name}-{instance}")
        return int(file.read_text().split()[0])

    def signal(self, number, name, instance=1):
        os.kill(self.process(name, instance), number)

    def is_running(self, name, instance=1):
        return self.service("status", name, instance, check=False).returncode == 0

    def terminate(self, name, instance=1, seconds=30):
        """SIGTERM; the exit in time is part of the promise. The exit code is not: the process is not ours to wait for."""
        self.signal(signal.SIGTERM, name, instance)
        eventually(lambda: not self.is_running(name, instance), seconds, f"{name} ends after SIGTERM")

    def crash(self, name, instance=1, pause=1.0):
        """kill -9, and a start a moment later."""
        self.service("kill", name, instance)
        time.sleep(pause)
        self.service("start", name, instance)

    def log(self, name, instance=1):
        file = self.state / "logs" / (f"{name}.log" if instance == 1 else f"{name}-{instance}.log")
        return file.read_text(errors="replace") if file.exists() else ""

    # HTTP

    def direct(self, name, instance=1):
        """A service's own address, behind nginx."""
        return f"http://127.0.0.1:{self.port_base + PORTS[name] + 20 * (instance - 1)}"

    def call(self, method, path, token=None, body=None, key=None, base=None, headers=None, timeout=30):
        all_headers = dict(headers or {})
        if token:
            all_headers["Authorization"] = f"Bearer {token}"
        if key:
            all_headers["Idempotency-Key"] = f'"{key}"'
        data = None
        if body is not None:
            all_headers.setdefault("Content-Type", "application/json")
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.session.request(
            method, (base or self.url) + path, data=data, headers=all_headers, timeout=timeout, allow_redirects=False
        )

    def get(self, path, token=None, **options):
        return self.call("GET", path, token, **options)

    def post(self, path, token=None, body=None, **options):
        return self.call("POST", path, token, {} if body is None else body, **options)

    def items(self, path, token=None):
        """All items of a list."""
        items, after = [], ""
        while True:
            joint = "&" if "?" in path else "?"
            answer = self.get(f"{path}{joint}limit=100{after}", token)
            assert answer.status_code == 200, answer.text
            page = answer.json()
            items += page["items"]
            if not page.get("next"):
                return items
            after = "&after=" + requests.utils.quote(page["next"], safe="")

    def is_ready(self, name, instance=1):
        try:
            return self.get("/readyz", base=self.direct(name, instance), timeout=3).status_code == 200
        except requests.RequestException:
            return False

    # Tokens

    def forumctl(self, *arguments, check=True, timeout=600, database=None):
        program = self.state / "bin" / "forumctl"
        environment = self.environment | ({"FORUM_DATABASE_NAME": database} if database else {})
        result = subprocess.run(
            [str(program), *arguments], env=environment, capture_output=True, text=True, timeout=timeout
        )
        if check:
            assert result.returncode == 0, f"forumctl {arguments}: {result.stdout}{result.stderr}"
        return result

    def token(self, subject, role="citizen", office=None):
        kept = (subject, role, office)
        if kept not in self._tokens:
            extra = ["--office", office] if office else []
            self._tokens[kept] = self.forumctl(
                "token", "--subject", subject, "--role", role, "--lifetime", "86400", *extra
            ).stdout.strip()
        return self._tokens[kept]

    def tokens(self, count, prefix=None):
        """Tokens of so many citizens whom nobody has met before."""
        prefix = prefix or f"crowd-{uuid.uuid4()}"
        output = self.forumctl("token", "--subject", prefix, "--count", str(count), "--lifetime", "86400").stdout
        return output.split()

    @property
    def support_unit(self):
        return self.token("support-unit-of-the-tests", "support-unit")

    # The path of a task

    def draft(self, **changes):
        return {
            "title": "제안 하나",
            "summary": "한 줄 요약",
            "body": "본문입니다.\n둘째 줄.",
            "category": "jobs",
            **changes,
        }

    def propose(self, subject="proposer", **changes):
        """A proposal with all the supporters that it takes."""
        proposal = self.file(subject, **changes)["id"]
        self.support(proposal, subject)
        return proposal

    def file(self, subject="proposer", **changes):
        """A proposal as it is handed in."""
        answer = self.post("/v1/proposals", self.token(subject), self.draft(**changes))
        assert answer.status_code == 201, answer.text
        return answer.json()

    def supporters(self, proposal, subject="proposer", token=None):
        answer = self.get(f"/v1/proposals/{proposal}/supporters", token or self.token(subject))
        assert answer.status_code == 200, answer.text
        return answer.json()

    def support(self, proposal, subject="proposer", token=None):
        """As many people as it takes support it; its author is known by a subject or by a token."""
        gate = self.supporters(proposal, subject, token)
        for number in range(gate["needed"]):
            answer = self.post(f"/v1/invitations/{gate['invitation']}/support", self.token(f"supporter-{number}"))
            assert answer.status_code == 200, answer.text

    def decide(self, proposal, decision, body=None):
        """A decision of the Support Unit, repeated until moderation has heard of the proposal."""

        def attempt():
            answer = self.post(f"/v1/proposals/{proposal}/{decision}", self.support_unit, body or {})
            if answer.status_code in (404, 502, 503):
                return None
            assert answer.status_code == 200, f"{decision}: {answer.status_code} {answer.text}"
            return answer

        return eventually(attempt, 30, f"{decision} of {proposal}").json()

    def hide(self, proposal, code="offensive"):
        """A rejection that hides the text, by two people."""
        self.decide(proposal, "rejection", {"code": code, "explanation": "욕설"})
        second = self.token("second-reviewer", "support-unit")
        answer = self.post(f"/v1/proposals/{proposal}/rejection/confirmation", second)
        assert answer.status_code == 200, answer.text

    def select(self, proposal, yes_bar=1_000_000, opens_in=None, closes_in=None, **rule):
        """Both are seconds from the selection on: what comes before takes nothing of a short vote."""
        self.decide(proposal, "acceptance")
        for name, seconds in (("opensAt", opens_in), ("closesAt", closes_in)):
            if seconds is not None:
                rule[name] = in_seconds(seconds)
        return self.decide(
            proposal, "selection", {"reason": "많은 관심", "rule": {"yesBar": yes_bar, "referral": "at-once", **rule}}
        )

    def open_vote(self, yes_bar=1_000_000, subject="proposer", title="제안 하나", **rule):
        """A proposal on its way to an open vote."""
        proposal = self.propose(subject, title=title)
        self.select(proposal, yes_bar, **rule)
        self.await_vote(proposal, "open")
        return proposal

    def vote(self, proposal):
        answer = self.get(f"/v1/proposals/{proposal}/vote")
        return answer.json() if answer.status_code == 200 else None

    def await_vote(self, proposal, state, seconds=30):
        def check():
            vote = self.vote(proposal)
            return vote if vote and vote["state"] == state else None

        return eventually(check, seconds, f"vote on {proposal} is {state}")

    def cast(self, proposal, token, choice="yes", **options):
        return self.post(f"/v1/proposals/{proposal}/ballots", token, {"choice": choice}, **options)

    def cast_until_taken(self, proposal, token, choice="yes", seconds=120):
        """As a voter's browser does: again while the answer is 5xx or there is none. The receipt."""

        def attempt():
            try:
                answer = self.cast(proposal, token, choice, timeout=15)
            except requests.RequestException:
                return None
            if answer.status_code >= 500:
                return None
            assert answer.status_code == 202, f"{answer.status_code} {answer.text}"
            return answer.json()["receipt"]

        return eventually(attempt, seconds, "the ballot is taken", 0.2)

    def change_schedule(self, proposal, kind, **body):
        """Pauses, resumes or extends a vote, once the change before is in the log; what was ordered."""

        def attempt():
            answer = self.post(f"/v1/proposals/{proposal}/vote/{kind}", self.support_unit, {"reason": "점검", **body})
            return None if answer.status_code == 409 and answer.json()["type"].endswith("change-under-way") else answer

        answer = eventually(attempt, 20, f"{kind} is ordered")
        assert answer.status_code == 202, answer.text
        return answer.json()

    def case_of(self, proposal):
        """None also while referral is away."""
        return next(iter(self.get(f"/v1/cases?proposal={proposal}").json().get("items", [])), None)

    def await_case(self, proposal, state="received", seconds=30):
        """The case of a task, once it stands there."""
        def check():
            case = self.case_of(proposal)
            return case if case and case["state"] == state else None

        return eventually(check, seconds, f"the case of {proposal} is {state}")

    def act(self, case, part, body, role, office=None, **options):
        """What an office does on a case, which must succeed."""
        token = self.token(f"{office or role}-officer", role, office)
        method = "PUT" if part == "plan" else "POST"
        answer = self.call(method, f"/v1/cases/{case}/{part}", token, body, **options)
        assert answer.status_code == 200, f"{part}: {answer.status_code} {answer.text}"
        return answer.json()

    def adopt(self, case):
        """The Committee and the strategy meeting adopt a case that was received; its ministry is in charge then."""
        self.act(case, "members", {"members": [{"name": "김위원", "capacity": "civilian"}]}, "committee")
        self.act(case, "session", {"name": "제12차 협의회", "meetsAt": in_seconds(3600)}, "committee")
        record = {"heldAt": in_seconds(-1), "minutes": "심의하였다.",
                  "attendance": [{"capacity": "civilian", "present": 8, "absent": 1}]}
        self.act(case, "deliberation", record, "committee")
        self.act(case, "decision", {"decision": "adopt", "reasons": "필요하다."}, "committee")
        self.act(case, "agenda", {"name": "제5차 전략회의", "meetsAt": in_seconds(3600)}, "strategy-meeting")
        outcome = {"outcome": "adopted", "heldAt": in_seconds(-1), "reasons": "추진한다."}
        return self.act(case, "conclusion", outcome, "strategy-meeting")

    def assign(self, proposal):
        """Leads the case of a task over its bar to its ministry."""
        return self.adopt(self.await_case(proposal)["id"])

    def ballot(self, proposal, token, receipt=None):
        query = f"?receipt={receipt}" if receipt else ""
        answer = self.get(f"/v1/proposals/{proposal}/ballot{query}", token)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def await_tally(self, proposal, yes, no, seconds=30):
        def check():
            vote = self.vote(proposal)
            return vote and (vote["tally"]["yes"], vote["tally"]["no"]) == (yes, no)

        eventually(check, seconds, lambda: f"tally {yes} to {no}, is {(self.vote(proposal) or {}).get('tally')}")

    def count(self):
        answer = self.get("/v1/count")
        assert answer.status_code == 200, answer.text
        return answer.json()

    # The oracle

    def sql(self, statement, database=None):
        """Rows as lists of text, as the superuser of the tests."""
        output = self.psql("--command", statement, database=database).decode()
        return [line.split("\t") for line in output.splitlines()]

    def dump(self, query, database=None):
        """The rows of a query as PostgreSQL writes them for itself, byte for byte."""
        return self.psql("--command", f"COPY ({query}) TO STDOUT", database=database)

    def psql(self, *arguments, database=None, given=None):
        """The bytes that psql writes."""
        environment = {
            "PATH": os.environ["PATH"],
            "PGPASSWORD": os.environ["FORUM_TEST_DATABASE_PASSWORD"],
        }
        command = ["psql", "--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--set=ON_ERROR_STOP=1"]
        command += ["--field-separator=\t", "--host", self.environment["FORUM_DATABASE_HOST"]]
        command += ["--port", self.environment["FORUM_DATABASE_PORT"], "--username"]
        command += [os.environ["FORUM_TEST_DATABASE_USER"], "--dbname"]
        command += [database or self.environment["FORUM_DATABASE_NAME"], *arguments]
        result = subprocess.run(command, env=environment, capture_output=True, input=given, timeout=60)
        assert result.returncode == 0, f"{arguments}: {result.stderr.decode()}"
        return result.stdout


class Burst:
    """Ballots of many citizens on one vote, sent in the background until each has its receipt."""

    def __init__(self, forum, proposal, count, width=8):
        self.forum, self.proposal = forum, proposal
        self.tokens = forum.tokens(count)
        self.pool = ThreadPoolExecutor(width)
        self.futures = [self.pool.submit(self._cast, index) for index in range(count)]

    def choice(self, index):
        return "no" if index % 5 == 0 else "yes"

    @property
    def yes(self):
        return sum(self.choice(index) == "yes" for index in range(len(self.tokens)))

    @property
    def no(self):
        return len(self.tokens) - self.yes

    def _cast(self, index):
        return self.forum.cast_until_taken(self.proposal, self.tokens[index], self.choice(index))

    @property
    def is_running(self):
        return not all(future.done() for future in self.futures)

    def receipts(self):
        """Waits for all."""
        receipts = [future.result() for future in self.futures]
        self.pool.shutdown()
        return receipts
