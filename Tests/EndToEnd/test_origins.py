"""Where ballots come from is kept apart from them, as keyed hashes; an hourly look tells when something is out of the ordinary."""

import hashlib
import hmac
import ipaddress
import time
import uuid
from datetime import datetime, timezone

from ballots import ORDINARY, QUARANTINED, check_the_count, milliseconds, read_all
from forum import eventually, timestamp
from test_overload import BallotBox
from test_schedule import events

HOUR = 3_600_000
ENTRY = 42
ALARM = "kr.forum.vote.trend-alarm.v1"


def digest(key, message):
    return hmac.new(key, message, hashlib.sha256).digest()


def origin_hash(forum, address):
    """Worked out by other code: site, block in it, line in it."""
    master = bytes.fromhex((forum.state / "secrets" / "pseudonym.key").read_text().strip())
    key = digest(digest(b"ballot-origin-salt/v1", master), b"ballot/origin/v1\x01")
    address = ipaddress.ip_address(address)
    number, widths = int(address), (80, 72, 64)
    if address.version == 4:
        number, widths = number | 0xFFFF << 32, (16, 8, 0)
    parts = [
        digest(key, (number >> width << width).to_bytes(16, "big") + level.to_bytes(8, "big"))
        for level, width in enumerate(widths, 1)
    ]
    return parts[0][:4] + parts[1][:4] + parts[2][:8]


def kept(forum, proposal):
    """[(pseudonym, accepted ms, origin hash, days of the account or None)]"""
    rows = forum.sql(f"SELECT encode(data, 'hex') FROM voting.ballot_origin WHERE proposal = '{proposal}' ORDER BY id")
    data = b"".join(bytes.fromhex(row[0]) for row in rows)
    found = []
    for place in range(0, len(data), ENTRY):
        entry = data[place : place + ENTRY]
        days = int.from_bytes(entry[40:], "big")
        found.append((entry[:16], int.from_bytes(entry[16:24], "big"), entry[24:40], None if days == 0xFFFF else days))
    return found


def insert(forum, proposal, entries):
    """Blocks as voting would have written them."""
    data = b"".join(voter + accepted.to_bytes(8, "big") + origin + b"\xff\xff" for voter, accepted, origin in entries)
    times = [accepted for _, accepted, _ in entries]
    forum.sql(
        "INSERT INTO voting.ballot_origin (block, proposal, first_ms, last_ms, entries, data) VALUES "
        f"('{uuid.uuid4()}', '{proposal}', {min(times)}, {max(times)}, {len(entries)}, '\\x{data.hex()}')"
    )


def ballots_on(forum, proposal):
    """[(key, record)]: the ballots of a proposal in the log."""
    records = [record for partition in read_all(forum).values() for record in partition]
    ours = [(key, value) for _, key, value, _ in records if value and value[2:18] == uuid.UUID(proposal).bytes]
    return [(key, value) for key, value in ours if value[1] in (ORDINARY, QUARANTINED)]


def test_of_each_ballot_its_origin_is_kept_as_a_keyed_hash_and_no_address(forum):
    proposal = forum.open_vote(title="어디서 왔는가")
    made = datetime.fromtimestamp(time.time() - 10 * 86_400, timezone.utc).strftime("%Y-%m-%d")
    old = forum.forumctl("token", "--subject", f"old-{uuid.uuid4()}", "--account-created", made).stdout.strip()
    voters = [old, *forum.tokens(2)]
    addresses = ["203.0.113.9", "203.0.113.77", "2001:db8:5:601::1"]
    accepted = []
    with BallotBox(forum, 90) as box:
        eventually(lambda: forum.cast(proposal, voters[0], base=box.base, headers={"X-Forwarded-For": addresses[0]}).ok, 20)
        for token, address in zip(voters, addresses):
            answer = forum.cast(proposal, token, base=box.base, headers={"X-Forwarded-For": address})
            assert answer.status_code == 202
            accepted.append(milliseconds(answer.json()["acceptedAt"]))
    # The process has ended: what waited in its memory was written.
    entries = sorted(kept(forum, proposal), key=lambda entry: entry[1])
    assert len(entries) == 4, "each ballot, also one that is cast again"
    hashes = [origin_hash(forum, address) for address in addresses]
    assert [(time, origin, days) for _, time, origin, days in entries[1:]] == [
        (accepted[0], hashes[0], 10),
        (accepted[1], hashes[1], None),
        (accepted[2], hashes[2], None),
    ]
    assert hashes[0][:8] == hashes[1][:8] != hashes[2][:8]
    forum.await_tally(proposal, 3, 0)
    stored = forum.sql(
        "SELECT replace(b.pseudonym::text, '-', ''), b.accepted_ms FROM voting.ballot b JOIN voting.vote v ON v.number = b.vote "
        f"WHERE v.proposal = '{proposal}'"
    )
    assert {(bytes.fromhex(voter), int(time)) for voter, time in stored} <= {entry[:2] for entry in entries}
    check_the_count(forum)


def test_an_hour_of_ballots_from_one_network_raises_one_alarm_that_names_no_network(forum):
    proposal = forum.open_vote(title="한 시간의 표")
    busy, quiet = origin_hash(forum, "198.51.100.7"), origin_hash(forum, "192.0.2.7")
    # The hour that is looked at (VoteTrend.lastFullHour), and the one after it, in case its turn comes meanwhile.
    last = (int(time.time() * 1000) - 60_000) // HOUR * HOUR - HOUR
    hours = [last, last + HOUR]
    for start in hours:
        insert(forum, proposal, [(uuid.uuid4().bytes, start + number, busy if number < 700 else quiet) for number in range(1_000)])
    # An hour is looked at once, in which the vote was open: from here on, when its ballots are there.
    forum.sql(f"UPDATE voting.vote SET opened_at = opened_at - interval '3 hours' WHERE proposal = '{proposal}'")

    def trends():
        answer = forum.get(f"/v1/proposals/{proposal}/vote/trends", forum.support_unit)
        assert answer.status_code == 200, answer.text
        return answer.json()["items"]

    seen = eventually(lambda: [trend for trend in trends() if trend["ballots"]], 60, "the hour was looked at")[0]
    assert (seen["ballots"], seen["maxPerMinute"], seen["meanPerMinute"], seen["lines"]) == (1_000, 1_000, 16.7, 2)
    assert seen["sites"] == [{"origin": busy[:4].hex(), "ballots": 700}, {"origin": quiet[:4].hex(), "ballots": 300}]
    assert [block["origin"] for block in seen["blocks"]] == [busy[:8].hex(), quiet[:8].hex()]
    assert seen["siteShare"] == 0.7 and seen["alarms"] == ["one-site-share"]
    alarms = eventually(lambda: [event for event in events(forum, proposal) if event[0] == ALARM], 20, "the alarm is published")
    assert [event[1] for event in alarms] == [
        {
            "proposal": proposal,
            "kind": "one-site-share",
            "share": 0.7,
            "ballots": 1_000,
            "hour": seen["hour"],
            "observedAt": seen["observedAt"],
        }
    ]
    assert seen["hour"] in [timestamp(datetime.fromtimestamp(start / 1000, timezone.utc)) for start in hours]
    # It changes nothing for the task, and is no step of its history.
    assert forum.get(f"/v1/proposals/{proposal}").json()["state"] == "open"
    assert forum.get(f"/v1/proposals/{proposal}/vote/trends", forum.token("curious")).status_code == 403


def test_suspicious_ballots_are_taken_like_others_and_wait_in_quarantine(forum):
    proposal = forum.open_vote(title="한 주소에서")
    voters = forum.tokens(8)
    with BallotBox(forum, 90, VOTING_SUSPECT_RATE=4) as box:
        eventually(lambda: forum.cast(proposal, voters[0], base=box.base).ok, 20, "the vote is known there")
        crowd = {"X-Forwarded-For": "203.0.113.9"}
        answers = [forum.cast(proposal, token, base=box.base, headers=crowd) for token in voters[1:7]]
        elsewhere = forum.cast(proposal, voters[7], base=box.base, headers={"X-Forwarded-For": "203.0.113.10"})
        assert {answer.status_code for answer in [*answers, elsewhere]} == {202}
        assert len({tuple(sorted(answer.json())) for answer in answers}) == 1, "nobody can tell from the answer"
        metrics = forum.get("/metrics", base=box.base).text
        assert "forum_voting_ballots_quarantined_total 2" in metrics
    kinds = [value[1] for _, value in ballots_on(forum, proposal)]
    assert sorted(kinds) == [ORDINARY] * 6 + [QUARANTINED] * 2
    # Their origin is kept like that of others, so that a void finds them.
    quarantined = {key for key, value in ballots_on(forum, proposal) if value[1] == QUARANTINED}
    suspect = origin_hash(forum, "203.0.113.9")
    assert len(quarantined) == 2
    assert quarantined <= {voter for voter, _, origin, _ in kept(forum, proposal) if origin == suspect}
    forum.await_tally(proposal, 6, 0)
    check_the_count(forum)
