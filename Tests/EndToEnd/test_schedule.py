"""A vote opens, takes ballots and closes by the rule that was fixed for it."""

import hashlib
import json
import time

from ballots import check_the_count, read_all
from forum import eventually, in_parallel, in_seconds

# Were a vote to open while the tests run, its control records would come into another one's count.
DAY = 86_400


def canonical(rule):
    """The JSON that is hashed, made by other code: keys sorted, no white space."""
    return json.dumps(rule, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def events(forum, proposal, topic="forum.votes", partitions=6):
    """[(type, data, headers)] on a proposal, in order."""
    found = []
    for records in read_all(forum, topic, partitions).values():
        for _, key, value, headers in records:
            if key == proposal.encode():
                fields = {name: text.decode() for name, text in headers}
                found.append((fields["ce_type"], json.loads(value), fields))
    return found


def test_the_published_hash_is_that_of_the_published_rule(forum):
    proposal = forum.propose("scheduler")
    rule = {"yesBar": 12, "referral": "at-close", "opensAt": in_seconds(DAY), "closesAt": in_seconds(2 * DAY)}
    forum.select(proposal, **{"yes_bar": 12, **{name: rule[name] for name in ("referral", "opensAt", "closesAt")}})
    vote = forum.await_vote(proposal, "scheduled")
    assert vote["rule"] == rule
    assert vote["ruleHash"] == hashlib.sha256(canonical(vote["rule"])).hexdigest()
    scheduled = eventually(lambda: events(forum, proposal), 20, "the vote is announced on forum.votes")
    assert scheduled[0][1]["ruleHash"] == vote["ruleHash"]


def test_before_it_opens_a_vote_takes_no_ballot(forum):
    proposal = forum.propose("scheduler")
    forum.select(proposal, opens_in=DAY, closes_in=2 * DAY)
    forum.await_vote(proposal, "scheduled")
    answer = forum.cast(proposal, forum.token("early-bird"))
    assert answer.status_code == 409
    assert answer.json()["type"].endswith("/vote-not-open")


def test_a_vote_opens_and_closes_by_itself_and_refers_at_its_close_only(forum):
    proposal = forum.propose("scheduler")
    tokens = forum.tokens(50)
    forum.select(proposal, yes_bar=20, referral="at-close", opens_in=2, closes_in=9)
    forum.await_vote(proposal, "open")
    answers = in_parallel(50, lambda index: forum.cast(proposal, tokens[index], "no" if index % 5 == 0 else "yes"))
    assert {answer.status_code for answer in answers} == {202}
    forum.await_tally(proposal, 40, 10)
    # Over the bar, and yet not referred while the vote is open.
    assert forum.vote(proposal)["state"] == "open"
    assert "crossedAt" not in forum.vote(proposal)
    assert [event for event in events(forum, proposal) if event[0] == "kr.forum.vote.bar-crossed.v1"] == []

    vote = forum.await_vote(proposal, "closed", 40)
    assert vote["carried"] is True and vote["crossedAt"] and vote["closedAt"]
    assert (vote["tally"]["yes"], vote["tally"]["no"]) == (40, 10)
    late = forum.cast(proposal, forum.token("late-comer"))
    assert late.status_code == 409 and late.json()["type"].endswith("/vote-closed")

    def all_events():
        found = events(forum, proposal)
        return found if any(event[0] == "kr.forum.vote.closed.v1" for event in found) else None

    found = eventually(all_events, 20, "the end of the vote is on forum.votes")
    assert [event[0].split(".")[-2] for event in found] == ["scheduled", "opened", "bar-crossed", "closed"]
    assert [event[2]["ce_sequence"] for event in found] == ["1", "2", "3", "4"]
    closed = found[-1][1]
    assert (closed["yes"], closed["no"], closed["yesBar"], closed["carried"]) == (40, 10, 20, True)
    assert {event[1]["ruleHash"] for event in found} == {vote["ruleHash"]}

    def case():
        return [case for case in forum.items("/v1/cases") if case["proposal"] == proposal]

    eventually(case, 20, "the task is before the Committee")
    assert len(case()) == 1
    check_the_count(forum)


def test_as_many_yes_votes_as_the_bar_are_not_enough_and_one_more_is(forum):
    proposal = forum.open_vote(yes_bar=3)
    tokens = forum.tokens(4)
    for token in tokens[:3]:
        assert forum.cast(proposal, token).status_code == 202
    forum.await_tally(proposal, 3, 0)
    time.sleep(1)
    assert "crossedAt" not in forum.vote(proposal)
    assert forum.cast(proposal, tokens[3]).status_code == 202
    eventually(lambda: "crossedAt" in forum.vote(proposal), 20, "the bar is crossed")
    eventually(lambda: forum.get(f"/v1/proposals/{proposal}").json()["state"] == "referred", 20, "the Committee has it")


def test_a_vote_that_fails_is_not_referred(forum):
    proposal = forum.propose("scheduler")
    voter = forum.token("single-voter")
    forum.select(proposal, yes_bar=1, closes_in=4)
    forum.await_vote(proposal, "open")
    assert forum.cast(proposal, voter).status_code == 202
    vote = forum.await_vote(proposal, "closed", 40)
    assert vote["carried"] is False and "crossedAt" not in vote
    eventually(lambda: forum.get(f"/v1/proposals/{proposal}").json()["state"] == "closed", 20)
    assert [case for case in forum.items("/v1/cases") if case["proposal"] == proposal] == []


def test_nobody_can_change_the_rule_of_a_vote_not_even_in_the_database(forum):
    proposal = forum.open_vote(yes_bar=5)
    try:
        forum.sql(f"UPDATE voting.vote SET yes_bar = 1 WHERE proposal = '{proposal}'")
    except AssertionError as error:
        assert "is fixed" in str(error)
    else:
        raise AssertionError("the rule could be changed")


def test_a_vote_is_paused_resumed_and_extended_and_closes_as_of_its_new_time(forum):
    tokens = forum.tokens(5)
    proposal = forum.open_vote(yes_bar=2, referral="at-close", closes_in=15)
    assert forum.cast(proposal, tokens[0]).status_code == 202
    assert forum.post(f"/v1/proposals/{proposal}/vote/pause", tokens[0], {"reason": "점검"}).status_code == 403
    paused = forum.change_schedule(proposal, "pause")

    def is_refused():
        answer = forum.cast(proposal, tokens[1])
        return answer.status_code == 409 and answer.json()["type"].endswith("/vote-paused")

    eventually(is_refused, 10, "a paused vote takes no ballot")
    # Longer than the vote would have lasted.
    time.sleep(16)
    assert forum.get(f"/v1/proposals/{proposal}/vote/result").status_code == 404
    assert forum.vote(proposal)["state"] == "open" and forum.vote(proposal)["pausedAt"] == paused["at"]
    resumed = forum.change_schedule(proposal, "resumption")
    eventually(lambda: forum.cast(proposal, tokens[2]).status_code == 202, 10, "a resumed vote takes ballots")
    extended = forum.change_schedule(proposal, "extension", closesAt=in_seconds(20))
    eventually(lambda: forum.vote(proposal)["closesAt"] == extended["closesAt"], 10, "the vote is extended")
    for token in tokens[3:]:
        assert forum.cast(proposal, token).status_code == 202
    vote = forum.await_vote(proposal, "closed", 60)
    assert vote["rule"]["closesAt"] < resumed["closesAt"] < vote["closesAt"] == extended["closesAt"]
    assert [line["kind"] for line in vote["changes"]] == ["pause", "resumption", "extension"]
    assert vote["tally"]["yes"] == 4 or vote["tally"]["yes"] == 5
    assert vote["ruleHash"] == hashlib.sha256(canonical(vote["rule"])).hexdigest()

    def types():
        found = [event[0].split(".")[-2] for event in events(forum, proposal)]
        return found if "closed" in found else None

    def ordered():
        lines = forum.items(f"/v1/actions?proposal={proposal}")
        return [line for line in lines if line["action"].endswith("-vote")]

    lines = eventually(lambda: len(ordered()) == 3 and ordered(), 20, "the orders are in the public log")
    assert [line["action"] for line in lines] == ["extend-vote", "resume-vote", "pause-vote"]
    assert [line["reason"]["reason"] for line in lines] == ["점검"] * 3 and all("actor" in line for line in lines)

    told = eventually(types, 20, "the end of the vote is on forum.votes")
    assert told == ["scheduled", "opened", "paused", "resumed", "extended", "bar-crossed", "closed"]
    result = forum.get(f"/v1/proposals/{proposal}/vote/result")
    ended = [event[1] for event in events(forum, proposal) if event[0] == "kr.forum.vote.closed.v1"]
    assert hashlib.sha256(result.content).hexdigest() == ended[0]["resultHash"]
    document = result.json()
    assert result.content == canonical(document)
    assert document["yes"] == document["turnout"] == vote["tally"]["yes"] and document["no"] == document["void"] == 0
    assert document["carried"] is True and document["shortfalls"] == [] and document["rule"] == vote["rule"]
    assert [part["partition"] for part in document["counted"]] == list(range(12))
    check_the_count(forum)


def test_a_vote_of_members_refuses_other_citizens_and_hides_its_count(forum):
    citizen, member = forum.token("outsider"), forum.token("a-member", "citizen,member")
    proposal = forum.open_vote(yes_bar=0, referral="at-close", electorate="members", totals="hidden", closes_in=8)
    outsider = forum.cast(proposal, citizen)
    assert outsider.status_code == 403 and outsider.json()["type"].endswith("/members-only")
    receipt = forum.cast(proposal, member).json()["receipt"]
    eventually(lambda: forum.ballot(proposal, member, receipt)["state"] == "counted", 20, "the ballot is counted")
    vote = forum.vote(proposal)
    assert "tally" not in vote and "crossedAt" not in vote and vote["rule"]["totals"] == "hidden"
    assert all("tally" not in item for item in forum.items("/v1/votes") if item["proposal"] == proposal)
    assert events(forum, proposal, "forum.tallies") == []
    page = eventually(lambda: "투표가 끝난 뒤에 공개" in (text := forum.get(f"/proposals/{proposal}").text) and text, 20, "the page")
    assert "tally-yes" not in page
    vote = forum.await_vote(proposal, "closed", 40)
    assert vote["tally"]["yes"] == 1 and vote["carried"] is True
    eventually(lambda: events(forum, proposal, "forum.tallies"), 20, "the final count is published")
    check_the_count(forum)
