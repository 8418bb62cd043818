"""A task whose vote did not carry, and which an off-line event left outstanding: the Support Unit refers it, once."""

import uuid

import pytest
from cases import adopted, day, not_carried
from forum import eventually, in_parallel
from test_contract import schemas, validators  # noqa: F401 (fixtures)
from test_schedule import events

EVENT = {"name": "제3회 열린소통포럼", "heldOn": day(0), "record": "https://forum.example/records/3"}
REASONS = "행사에서 필요하다는 의견이 많았다.\n둘째 줄."


def refer(forum, proposal, token=None, key=None, **changes):
    body = {"proposal": proposal, "event": EVENT, "reasons": REASONS, **changes}
    return forum.post("/v1/cases", token or forum.support_unit, body, key=key)


@pytest.mark.timeout(180)
def test_a_task_that_did_not_carry_goes_to_the_committee_from_an_event_once(forum, validators):  # noqa: F811
    proposal = not_carried(forum, "행사에서 온 과제")
    keys = [str(uuid.uuid4()) for _ in range(8)]
    answers = in_parallel(8, lambda index: refer(forum, proposal, key=keys[index]), width=8)
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7
    made = next(answer for answer in answers if answer.status_code == 201)
    case = made.json()
    assert made.headers["Location"] == f"/v1/cases/{case['id']}" and made.headers["ETag"] == '"1"'
    for answer in answers:
        if answer.status_code == 409:
            assert answer.json()["type"].endswith("/case-exists") and answer.json()["existing"] == made.headers["Location"]
    again = refer(forum, proposal, key=keys[answers.index(made)])
    assert (again.status_code, again.json(), again.headers["Location"]) == (201, case, made.headers["Location"])

    assert (case["state"], case["origin"], case["holder"]["name"]) == ("received", "event", "committee")
    record = case["record"]["referral"]
    assert (record["event"], record["reasons"]) == (EVENT, REASONS)
    assert forum.get(made.headers["Location"]).json() == case
    [entry] = forum.items(f"/v1/cases/{case['id']}/timeline")
    assert entry["data"]["event"] == EVENT and entry["data"]["reasons"] == REASONS

    [(kind, told, _)] = eventually(lambda: events(forum, case["id"], "forum.referrals"), 20, "everybody is told")
    assert kind == "kr.forum.case.received.v1"
    validators[kind].validate(told)
    assert (told["origin"], told["event"], told["reasons"]) == ("event", EVENT, REASONS)
    assert told["proposal"] == proposal and told["actor"] and "crossedAt" not in told

    eventually(lambda: forum.get(f"/v1/proposals/{proposal}").json()["state"] == "referred", 20, "intake has heard of it")
    for language, words in (("ko", "오프라인 행사"), ("en", "From an off-line event")):
        page = eventually(lambda: (text := forum.get(f"/proposals/{proposal}?lang={language}").text) and EVENT["name"] in text and text, 20)
        assert words in page and EVENT["heldOn"] in page and EVENT["record"] in page
    custody = forum.get(f"/v1/open-data/tasks/{proposal}/custody").json()
    assert (custody["state"], custody["origin"], custody["event"]) == ("referred", "event", EVENT)
    [row] = [row for row in forum.items("/v1/open-data/cases?origin=event") if row["id"] == case["id"]]
    assert (row["origin"], row["event"], row["eventHeldOn"], row["eventRecord"]) == ("event", *EVENT.values())

    def line():
        found = forum.items(f"/v1/actions?proposal={proposal}")
        return next((item for item in found if item["action"] == "refer-case"), None)

    deed = eventually(line, 20, "the deed is in the log")
    assert deed["role"] == "support-unit" and deed["reason"]["event"] == EVENT["name"]
    # Its way on is that of every other case.
    assert adopted(forum, case)["ministry"]["slug"] == "molit"


def test_nothing_else_is_referred_from_an_event(forum):
    def refused(answer, status, code=None, pointers=None):
        assert answer.status_code == status, answer.text
        problem = answer.json()
        assert code is None or problem["type"].endswith(f"/{code}")
        assert pointers is None or [error["pointer"] for error in problem["errors"]] == pointers

    proposal = forum.open_vote(title="아직 열린 투표")
    eventually(lambda: refer(forum, proposal).status_code == 409, 20, "referral has heard of the vote")
    refused(refer(forum, proposal), 409, "vote-not-closed")
    refused(refer(forum, str(uuid.uuid4())), 404)
    refused(refer(forum, proposal, forum.token("a-citizen")), 403)
    refused(forum.post("/v1/cases", None, {}), 401)
    wrong = {"name": " ", "heldOn": day(1), "record": "http://forum.example/"}
    refused(refer(forum, proposal, event=wrong, reasons="x" * 2_001), 422, "invalid",
            ["#/event/heldOn", "#/event/name", "#/event/record", "#/reasons"])
    assert refer(forum, proposal, forum.token("operator", "admin")).status_code == 409
