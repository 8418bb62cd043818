"""Support and opinions: what citizens do with a proposal from its acceptance to the end of its vote."""

import json
import uuid

import pytest
from forum import eventually, in_parallel


@pytest.fixture(scope="module")
def accepted(forum):
    """A proposal under discussion."""
    proposal = forum.propose(title="토론할 제안")
    forum.decide(proposal, "acceptance")
    eventually(lambda: state(forum, proposal) == "accepted", 30, "intake knows that it is accepted")
    return proposal


def state(forum, proposal):
    return forum.get(f"/v1/proposals/{proposal}").json()["state"]


def somebody(forum, name="citizen"):
    return forum.token(f"{name}-{uuid.uuid4()}")


def sympathies(forum, proposal):
    return forum.get(f"/v1/proposals/{proposal}").json()["sympathies"]


def counted(forum, proposal):
    """The numbers that were told on the topic, in their order."""
    rows = forum.sql(
        "SELECT last FROM intake.event_sequence WHERE topic = 'forum.proposals' AND subject = " + f"'{proposal}'"
    )
    return int(rows[0][0])


def test_a_citizen_supports_a_proposal_once(forum, accepted):
    place = f"/v1/proposals/{accepted}/sympathy"
    citizens = forum.tokens(12)
    before = sympathies(forum, accepted)
    # Everybody presses four times, all at once.
    answers = in_parallel(48, lambda press: forum.call("PUT", place, citizens[press % 12]))
    assert {answer.status_code for answer in answers} == {200}
    assert forum.get(place, citizens[0]).json().items() >= {"given": True, "sympathies": before + 12}.items()
    assert forum.call("DELETE", place, citizens[0]).json().items() >= {"given": False, "sympathies": before + 11}.items()
    assert forum.call("DELETE", place, citizens[0]).json().items() >= {"given": False, "sympathies": before + 11}.items()
    eventually(lambda: sympathies(forum, accepted) == before + 11, 10, "the page shows it")
    eventually(
        lambda: forum.sql(f"SELECT sympathies FROM intake.sympathy_count WHERE proposal = '{accepted}'")
        == [[str(before + 11)]],
        30,
        "it is added up",
    )
    listed = forum.items("/v1/proposals?order=sympathy")
    numbers = [item["sympathies"] for item in listed]
    assert numbers == sorted(numbers, reverse=True)
    assert accepted in [item["id"] for item in listed]
    assert counted(forum, accepted) >= 2, "the submission and the number"


def test_nobody_supports_what_is_not_under_discussion(forum, accepted):
    submitted = forum.propose()
    citizen = somebody(forum)
    for method in ("PUT", "DELETE"):
        assert forum.call(method, f"/v1/proposals/{accepted}/sympathy").status_code == 401
        assert forum.call(method, f"/v1/proposals/{submitted}/sympathy", citizen).status_code == 409
        assert forum.call(method, f"/v1/proposals/{uuid.uuid4()}/sympathy", citizen).status_code == 404
    answer = forum.post(f"/v1/proposals/{submitted}/opinions", citizen, {"side": "pro", "text": "찬성"})
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (409, "not-under-discussion")


def test_opinions_are_said_answered_flagged_hidden_and_deleted(forum, accepted):
    writer, reader = somebody(forum, "writer"), somebody(forum, "reader")
    place = f"/v1/proposals/{accepted}/opinions"
    said = forum.post(place, writer, {"side": "contra", "text": "예산이 없습니다."}, key="once")
    assert said.status_code == 201
    assert forum.post(place, writer, {"side": "contra", "text": "예산이 없습니다."}, key="once").json() == said.json()
    opinion = said.json()["id"]
    answer = forum.post(f"/v1/opinions/{opinion}/answers", reader, {"text": "있습니다."})
    assert answer.status_code == 201
    assert forum.post(f"/v1/opinions/{answer.json()['id']}/answers", writer, {"text": "없습니다."}).status_code == 409

    column = {item["id"]: item for item in forum.items(f"{place}?side=contra")}
    assert column[opinion]["answers"] == 1
    assert (column[opinion]["text"], column[opinion]["mine"]) == ("예산이 없습니다.", False)
    assert opinion not in [item["id"] for item in forum.items(f"{place}?side=pro")]
    mine = {item["id"]: item["mine"] for item in forum.get(f"{place}?side=contra", writer).json()["items"]}
    assert mine[opinion]
    assert "author" not in json.dumps(column)

    flag = f"/v1/opinions/{opinion}/flag"
    assert forum.call("PUT", flag, reader, {"reason": "spam"}).status_code == 204
    assert forum.call("PUT", flag, reader, {"reason": "offensive"}).status_code == 204
    assert forum.call("PUT", flag, writer, {"reason": "spam"}).status_code == 403
    assert forum.call("PUT", flag, reader, {"reason": "boring"}).status_code == 422
    assert forum.get("/v1/opinions/flagged", reader).status_code == 403
    flagged = {item["opinion"]["id"]: item["flags"] for item in forum.items("/v1/opinions/flagged", forum.support_unit)}
    assert flagged[opinion] == {"spam": 1, "offensive": 0, "does-not-belong": 0}

    hiding = {"code": "offensive", "explanation": "욕설이 있습니다."}
    assert forum.post(f"/v1/opinions/{opinion}/hiding", reader, hiding).status_code == 403
    unit, second = forum.support_unit, forum.token("second-reviewer", "support-unit")
    assert forum.post(f"/v1/opinions/{opinion}/hiding", unit, hiding).json()["proposedHiding"]["code"] == "offensive"
    waiting = {item["id"]: item for item in forum.items(f"{place}?side=contra")}[opinion]
    assert waiting["text"] == "예산이 없습니다." and "proposedHiding" not in waiting
    assert opinion in [item["id"] for item in forum.get("/v1/opinions/hidings", second).json()["items"]]
    assert forum.post(f"/v1/opinions/{opinion}/hiding/confirmation", unit).status_code == 403
    assert forum.post(f"/v1/opinions/{opinion}/hiding/confirmation", second, key="agreed").status_code == 200
    assert forum.post(f"/v1/opinions/{opinion}/hiding/confirmation", second, key="agreed").status_code == 200
    assert forum.post(f"/v1/opinions/{opinion}/hiding/confirmation", second).status_code == 409
    hidden = {item["id"]: item for item in forum.items(f"{place}?side=contra")}[opinion]
    assert "text" not in hidden
    assert hidden["hiding"]["code"] == "offensive"
    assert forum.items(f"/v1/opinions/{opinion}/answers")[0]["text"] == "있습니다."
    assert forum.post(f"/v1/opinions/{opinion}/restoration", unit, {"reason": "a@b.kr"}).status_code == 422
    assert forum.post(f"/v1/opinions/{opinion}/restoration", unit, {"reason": "인용입니다."}).json()["text"]
    assert forum.post(f"/v1/opinions/{opinion}/restoration", unit, {"reason": "또"}).status_code == 409

    def lines():
        return [line for line in forum.items(f"/v1/actions?proposal={accepted}") if line.get("opinion") == opinion]

    eventually(lambda: len(lines()) == 3, 20, "what was done to the opinion is in the public log")
    assert [(line["action"], line.get("reason")) for line in lines()] == [
        ("restore", {"reason": "인용입니다."}),
        ("hide", hiding),
        ("propose-hiding", None),
    ]
    assert lines()[1]["actor"] != lines()[2]["actor"]

    assert forum.call("DELETE", f"/v1/opinions/{opinion}", reader).status_code == 403
    assert forum.call("DELETE", f"/v1/opinions/{opinion}", writer).status_code == 204
    assert forum.call("DELETE", f"/v1/opinions/{answer.json()['id']}", reader).status_code == 204
    assert opinion not in [item["id"] for item in forum.items(f"{place}?side=contra")]


def test_a_task_over_its_bar_is_discussed_until_its_vote_has_closed(forum):
    proposal = forum.open_vote(yes_bar=0, title="기준을 넘은 뒤", closes_in=12)
    forum.cast_until_taken(proposal, forum.token("steady-voter"))
    eventually(lambda: state(forum, proposal) in ("referred", "assigned"), 20, "it is referred at once")
    citizen = somebody(forum)
    assert forum.call("PUT", f"/v1/proposals/{proposal}/sympathy", citizen).status_code == 200
    said = {"side": "pro", "text": "아직 투표 중입니다."}
    assert forum.post(f"/v1/proposals/{proposal}/opinions", citizen, said).status_code == 201
    forum.await_vote(proposal, "closed")
    refused = lambda: forum.post(f"/v1/proposals/{proposal}/opinions", citizen, said).status_code == 409
    eventually(refused, 20, "the discussion ends with the vote")
    assert forum.call("PUT", f"/v1/proposals/{proposal}/sympathy", citizen).status_code == 409


def test_what_cannot_be_public_is_refused(forum, accepted):
    writer = somebody(forum, "writer")
    place = f"/v1/proposals/{accepted}/opinions"
    wrong = {
        422: [
            {"side": "pro", "text": ""},
            {"side": "pro", "text": "가" * 1_001},
            {"side": "pro", "text": "전화 010-1234-5678"},
            {"side": "pro", "text": "a\u202eb"},
            {"side": "pro", "text": "a\u0000b"},
            {"side": "neutral", "text": "x"},
            {"text": "x"},
        ],
        400: [b"{", b'{"side":"pro","text":"\\ud800"}'],
    }
    for status, bodies in wrong.items():
        for body in bodies:
            answer = forum.post(place, writer, body)
            assert answer.status_code == status, f"{body}: {answer.status_code} {answer.text}"
    assert forum.get(f"{place}?side=both").status_code == 400
    assert forum.get(place).status_code == 400
    assert forum.get(f"/v1/proposals/{uuid.uuid4()}/opinions?side=pro").status_code == 404
    assert forum.get(f"/v1/opinions/{uuid.uuid4()}/answers").status_code == 404


def test_who_writes_much_in_an_hour_waits(forum, accepted):
    writer = somebody(forum, "writer")
    place = f"/v1/proposals/{accepted}/opinions"
    answers = in_parallel(16, lambda number: forum.post(place, writer, {"side": "pro", "text": f"찬성 {number}"}))
    assert sorted(answer.status_code for answer in answers) == [201] * 10 + [429] * 6
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert 3_500 < int(refused.headers["Retry-After"]) <= 3_600
