"""Ballots are voided and released: one person proposes, another confirms, the log tells, and everybody can see what was done."""

import signal
import uuid

import pytest
from ballots import check_the_count
from counters import Voters, seeded
from forum import eventually
from test_origins import origin_hash
from test_overload import BallotBox
from test_schedule import events

SECOND = "another-of-the-support-unit"


def second(forum):
    return forum.token(SECOND, "support-unit")


def rulings(forum, proposal, token=None):
    return forum.get(f"/v1/proposals/{proposal}/vote/rulings", token).json()["items"]


def propose(forum, proposal, ballots, kind="void", code="automated", expected=201):
    body = {"kind": kind, "code": code, "reason": "같은 곳에서 1분에 이천 표가 왔습니다.", "ballots": ballots}
    answer = forum.post(f"/v1/proposals/{proposal}/vote/rulings", forum.support_unit, body)
    assert answer.status_code == expected, answer.text
    return answer.json()


def decide(forum, proposal, ruling, decision="confirmation", token=None, body=None):
    path = f"/v1/proposals/{proposal}/vote/rulings/{ruling}/{decision}"
    return forum.post(path, token or second(forum), body)


def carry_out(forum, proposal, ballots, kind="void", code="automated"):
    ruling = propose(forum, proposal, ballots, kind, code)["ruling"]
    assert decide(forum, proposal, ruling).status_code == 200
    done = lambda: next((item for item in rulings(forum, proposal) if item["ruling"] == ruling and item["state"] == "complete"), None)
    return eventually(done, 30, "the count has taken it")


def places(forum, proposal, condition="true"):
    rows = forum.sql(
        "SELECT b.partition, b.log_offset FROM voting.ballot b JOIN voting.vote v ON v.number = b.vote "
        f"WHERE v.proposal = '{proposal}' AND {condition} ORDER BY 1, 2"
    )
    return [f"{partition}/{offset}" for partition, offset in rows]


def test_voids_take_a_task_back_from_the_committee_until_the_bar_is_crossed_again(forum):
    proposal = forum.open_vote(yes_bar=3, title="무효가 된 표")
    voters = forum.tokens(8)
    receipts = [forum.cast(proposal, voter, "no" if voter == voters[5] else "yes").json()["receipt"] for voter in voters[:6]]
    forum.await_tally(proposal, 5, 1)
    forum.assign(proposal)
    eventually(lambda: forum.get(f"/v1/proposals/{proposal}").json()["state"] == "assigned", 20)
    before = forum.case_of(proposal)

    meant = {"records": places(forum, proposal, "b.yes")[:2]}
    unit = forum.support_unit
    forecast = forum.post(f"/v1/proposals/{proposal}/vote/rulings/forecast", unit, {"kind": "void", "ballots": meant}).json()
    # How few ballots went is not told: who asks for one place in the log would learn how somebody voted.
    assert (forecast["ballots"], "yes" in forecast) == (2, False)
    assert forecast["before"] == {"void": 0, "quarantined": 0, "isCarried": True}
    assert forecast["after"] == {"void": 2, "quarantined": 0, "isCarried": False}
    every = forum.post(f"/v1/proposals/{proposal}/vote/rulings/forecast", unit, {"kind": "void", "ballots": {"quarantined": False}})
    assert every.json()["ballots"] == 6 and not every.json()["after"]["isCarried"]
    assert rulings(forum, proposal, unit) == []

    ruling = propose(forum, proposal, meant)["ruling"]
    assert rulings(forum, proposal) == [], "nobody is accused before a second person agrees"
    assert propose(forum, proposal, meant, expected=409)["type"].endswith("ruling-proposed")
    assert decide(forum, proposal, ruling, token=unit).status_code == 403
    assert forum.vote(proposal)["tally"]["void"] == 0
    assert decide(forum, proposal, ruling).status_code == 200
    forum.await_tally(proposal, 3, 1)
    assert decide(forum, proposal, ruling).status_code == 409
    eventually(lambda: (forum.case_of(proposal) or {})["state"] == "suspended", 30, "the Committee hears of it")
    eventually(lambda: forum.get(f"/v1/proposals/{proposal}").json()["state"] == "suspended", 20)

    [line] = eventually(lambda: [item for item in rulings(forum, proposal) if item["state"] == "complete"], 20)
    assert (line["kind"], line["code"], line["yes"], line["no"], line["criteria"]) == ("void", "automated", 2, 0, ["list"])
    assert "condition" not in line and line["proposedBy"] != line["decidedBy"]
    assert rulings(forum, proposal, unit)[0]["condition"] == meant
    vote = forum.vote(proposal)
    assert vote["tally"]["void"] == 2 and "crossedAt" not in vote
    states = [forum.ballot(proposal, voter, receipt) for voter, receipt in zip(voters, receipts)]
    assert sorted(state["state"] for state in states) == ["counted"] * 4 + ["void"] * 2
    assert {state.get("reason") for state in states if state["state"] == "void"} == {"automated"}
    told = [type.split(".")[3] for type, _, _ in events(forum, proposal)]
    assert [word for word in told if word.startswith("ba")] == ["bar-crossed", "ballots-ruled", "bar-lost"]
    page = forum.get(f"/proposals/{proposal}").text
    assert "무효" in page

    # A voided voter has voted; new ones carry the task again, and it is the same case.
    void = next(voter for voter, state in zip(voters, states) if state["state"] == "void")
    assert forum.cast(proposal, void).status_code == 202
    for voter in voters[6:]:
        assert forum.cast(proposal, voter).status_code == 202
    forum.await_tally(proposal, 5, 1)
    eventually(lambda: forum.case_of(proposal)["state"] == "assigned", 30, "the case goes on")
    assert forum.case_of(proposal)["id"] == before["id"]
    eventually(lambda: forum.get(f"/v1/proposals/{proposal}").json()["state"] == "assigned", 20)
    check_the_count(forum)


def test_suspicious_ballots_wait_and_are_released_or_voided(forum):
    proposal = forum.open_vote(title="격리된 표")
    voters = forum.tokens(7)
    with BallotBox(forum, 90, VOTING_SUSPECT_RATE=3) as box:
        address = {"X-Forwarded-For": "198.51.100.7"}
        eventually(lambda: forum.cast(proposal, voters[0], base=box.base, headers=address).ok, 20)
        receipts = [forum.cast(proposal, voter, base=box.base, headers=address).json()["receipt"] for voter in voters]
    eventually(lambda: forum.vote(proposal)["tally"]["quarantined"] > 0, 20, "some are in quarantine")
    forum_tally = eventually(lambda: (tally := forum.vote(proposal)["tally"])["yes"] + tally["quarantined"] == 7 and tally, 20)
    held = [voter for voter in voters if forum.ballot(proposal, voter)["state"] == "quarantined"]
    assert len(held) == forum_tally["quarantined"] >= 4
    # Who waits has voted: elsewhere, too.
    assert forum.cast(proposal, held[0]).status_code == 202
    receipt = receipts[voters.index(held[0])]
    assert forum.ballot(proposal, held[0], receipt)["state"] == "quarantined"

    [first, *_] = places(forum, proposal, "EXISTS (SELECT FROM voting.ballot_mark m WHERE m.vote = b.vote AND m.pseudonym = b.pseudonym)")
    void = carry_out(forum, proposal, {"records": [first], "quarantined": True})
    assert (void["yes"], void["no"], void["criteria"]) == (1, 0, ["list", "quarantine"])
    released = carry_out(forum, proposal, {"quarantined": True}, "release", "examined")
    assert released["yes"] == len(held) - 1
    tally = forum.vote(proposal)["tally"]
    assert (tally["yes"], tally["void"], tally["quarantined"]) == (6, 1, 0)
    propose(forum, proposal, {"quarantined": True}, "release", "examined", expected=422)
    check_the_count(forum)


def test_ballots_of_one_network_are_found_by_its_hash_and_voided(forum):
    proposal = forum.open_vote(title="한 곳에서 온 표")
    voters = forum.tokens(6)
    with BallotBox(forum, 90) as box:
        for index, voter in enumerate(voters):
            address = {"X-Forwarded-For": "203.0.113.5" if index < 4 else "192.0.2.5"}
            eventually(lambda: forum.cast(proposal, voter, base=box.base, headers=address).ok, 20)
    forum.await_tally(proposal, 6, 0)
    site = origin_hash(forum, "203.0.113.5")[:4].hex()
    ruling = carry_out(forum, proposal, {"origin": site}, code="same-hand")
    assert ruling["yes"] == 4 and ruling["criteria"] == ["origin"]
    assert site not in str(rulings(forum, proposal)), "hashes of addresses are not public"
    forum.await_tally(proposal, 2, 0)
    check_the_count(forum)


def test_a_closed_vote_gets_another_edition_of_its_result(forum):
    proposal = forum.open_vote(yes_bar=1, title="닫힌 뒤의 무효")
    voters = forum.tokens(3)
    for voter in voters:
        assert forum.cast(proposal, voter).status_code == 202
    forum.await_tally(proposal, 3, 0)
    forum.sql(f"UPDATE voting.vote SET ends_at = now() - interval '1 minute' WHERE proposal = '{proposal}'")
    forum.await_vote(proposal, "closed", 60)
    path = f"/v1/proposals/{proposal}/vote/result"
    first = forum.get(path)
    carry_out(forum, proposal, {"records": places(forum, proposal)[:2]})
    newest = eventually(lambda: (answer := forum.get(path)).content != first.content and answer, 20, "it is amended")
    assert newest.json()["void"] == 2 and newest.json()["yes"] == 1 and not newest.json()["carried"]
    digest = first.headers["ETag"].strip('"')
    assert newest.json()["amendment"]["of"] == digest
    assert forum.get(path + "?edition=1").content == first.content
    assert forum.get(path + "?edition=2").content == newest.content
    assert forum.get(path + "?edition=3").status_code == 404
    assert forum.get(path + "?edition=-1").status_code == 400

    def amendments():
        return [data for type, data, _ in events(forum, proposal) if type == "kr.forum.vote.result-amended.v1"]

    [amended] = eventually(amendments, 20, "the amendment is published")
    assert amended["resultHash"] == newest.headers["ETag"].strip('"') and amended["formerResultHash"] == digest
    assert forum.vote(proposal)["carried"] is False
    check_the_count(forum)


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({"ballots": {}}, ["#/ballots"]),
        ({"ballots": {"origin": "xyz", "records": ["99/1"]}}, ["#/ballots/origin", "#/ballots/records/0"]),
        ({"ballots": {"acceptedFrom": "yesterday"}}, ["#/ballots/acceptedFrom"]),
        ({"code": "examined"}, ["#/code"]),
        ({"reason": "전화 010-1234-5678"}, ["#/reason"]),
        ({"kind": "undo"}, ["#/kind"]),
        ({"ballots": {"records": ["0/123456789"]}}, ["#/ballots"]),
    ],
)
def test_a_ruling_that_makes_no_sense_is_refused_with_its_place(forum, body, pointers):
    proposal = forum.open_vote(title="뜻 없는 결정")
    whole = {"kind": "void", "code": "automated", "reason": "까닭", "ballots": {"quarantined": False}} | body
    answer = forum.post(f"/v1/proposals/{proposal}/vote/rulings", forum.support_unit, whole)
    assert answer.status_code == 422, answer.text
    assert [error["pointer"] for error in answer.json()["errors"]] == pointers


def test_a_list_may_have_ten_thousand_places(forum):
    proposal = forum.open_vote(title="긴 목록")
    places = {"records": [f"11/{999_999_999_999 + number}" for number in range(10_000)]}
    answer = forum.post(f"/v1/proposals/{proposal}/vote/rulings/forecast", forum.support_unit, {"kind": "void", "ballots": places})
    assert answer.status_code == 200 and answer.json()["ballots"] == 0, answer.text
    places["records"].append("0/0")
    answer = forum.post(f"/v1/proposals/{proposal}/vote/rulings/forecast", forum.support_unit, {"kind": "void", "ballots": places})
    assert answer.status_code == 422


def test_only_the_support_unit_rules_and_only_over_what_there_is(forum):
    proposal = forum.open_vote(title="남의 일")
    citizen = forum.token("a-citizen-who-would-rule")
    path = f"/v1/proposals/{proposal}/vote/rulings"
    assert forum.post(path, citizen, {}).status_code == 403
    assert forum.post(path, None, {}).status_code == 401
    assert forum.post(f"{path}/forecast", citizen, {}).status_code == 403
    assert decide(forum, proposal, uuid.uuid4(), token=citizen).status_code == 403
    assert decide(forum, proposal, uuid.uuid4()).status_code == 404
    assert decide(forum, uuid.uuid4(), uuid.uuid4()).status_code == 404
    assert forum.get(f"/v1/proposals/{uuid.uuid4()}/vote/rulings").status_code == 404
    assert forum.get(path + "?after=x").status_code == 400


@pytest.mark.real_kafka
def test_counters_that_are_killed_while_they_rule_and_a_voting_that_is_killed_while_it_tells_change_nothing(counters):
    forum = counters.forum
    voters = Voters(forum, forum.open_vote(title="죽은 집계와 무효"))
    proposal = voters.proposals[0]
    rng = seeded(31)
    voters.write(rng, 400)
    counter = counters.start()
    counters.await_counted()
    assert counter.terminate() == 0
    for round in range(4):
        meant = {"records": rng.sample(places(forum, proposal), 60)}
        ruling = propose(forum, proposal, meant)["ruling"]
        assert decide(forum, proposal, ruling).status_code == 200
        forum.crash("voting", pause=0.2)
        counter = counters.start(f"ruled:{rng.randint(1, 2)}:kill")
        eventually(lambda: counter.has_ended, 60, "it was killed while it ruled")
        assert counter.process.returncode == -signal.SIGKILL, counter.log[-3000:]
        counter = counters.start()
        done = lambda: any(item["ruling"] == ruling and item["state"] == "complete" for item in rulings(forum, proposal))
        eventually(done, 60, "the count has taken it")
        counters.await_counted()
        assert counter.terminate() == 0
    check_the_count(forum)
