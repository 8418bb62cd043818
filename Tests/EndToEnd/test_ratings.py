"""Results are rated by those who brought the task so far, and by nobody else."""

from cases import act, adopted
from forum import eventually


def rate(forum, case, token, score, reason="이유", subject="answer"):
    return forum.call("PUT", f"/v1/cases/{case['id']}/ratings/{subject}", token, {"score": score, "reason": reason})


def told(forum, office):
    """The indicator of ratings by what it is broken down by, once the ministry is in it."""
    indicators = forum.get("/v1/open-data/statistics").json()["indicators"]
    rows = next(indicator["figures"] for indicator in indicators if indicator["name"] == "ratings")
    figures = {(row.get("by"), row.get("of")): row["value"] for row in rows}
    return ("ministry", office) in figures and figures


def test_supporters_and_voters_rate_and_nobody_else_does(whole_forum):
    forum = whole_forum
    proposal = forum.propose("rated", category="transport")
    forum.select(proposal, 2)
    forum.await_vote(proposal, "open")
    voter, *others = forum.tokens(3)
    sympathiser, stranger = forum.tokens(2)
    assert forum.call("PUT", f"/v1/proposals/{proposal}/sympathy", sympathiser).status_code == 200
    for token in (voter, *others):
        forum.cast_until_taken(proposal, token)
    case = adopted(forum, forum.await_case(proposal, seconds=60))
    assert rate(forum, case, voter, 5).status_code == 409, "there is no answer yet"
    office = case["ministry"]["slug"]
    act(forum, case, "acceptance", "ministry", {"department": "대중교통과"}, office)
    answer = {"department": "대중교통과", "signatory": "장관", "answer": "내년부터 운행합니다."}
    act(forum, case, "answer", "ministry", answer, office)

    # One of those who brought it before the Support Unit, by the author's invitation.
    supporter = forum.token("supporter-0")
    for token, score in ((voter, 5), (sympathiser, 4), (supporter, 2)):
        answer = rate(forum, case, token, score)
        assert answer.status_code == 200, answer.text
    refused = rate(forum, case, stranger, 1)
    assert refused.status_code == 403 and refused.json()["type"].endswith("/forbidden")
    assert forum.call("PUT", f"/v1/cases/{case['id']}/ratings/answer", None, {"score": 1, "reason": "r"}).status_code == 401
    assert rate(forum, case, supporter, 3, "고친 이유").status_code == 200
    shown = eventually(
        lambda: (page := forum.get(f"/v1/cases/{case['id']}/ratings").json())["answer"]["mean"] == 4 and page, 10, "the mean")
    assert shown["answer"] == {"number": 3, "mean": 4, "distribution": [0, 0, 1, 1, 1]}
    assert {key for item in shown["items"] for key in item} == {"id", "case", "subject", "score", "reason", "ratedAt", "changedAt"}
    eventually(lambda: forum.get(f"/v1/ministries/{office}/ratings").json()["answer"]["number"] >= 3, 20, "the ministry's results")

    # The first count is told within half a minute, the next one tomorrow.
    eventually(lambda: " of 5 (" in forum.get(f"/proposals/{proposal}?lang=en").text, 60, "the page says it")
    figures = eventually(lambda: told(forum, office), 20, "the figures of the portal")
    assert 1 <= figures["ministry", office] <= 5 and 1 <= figures["result", "answer"] <= 5

    # Without voting, who is a supporter is still known; who may be a voter is not guessed.
    forum.service("stop", "voting")
    try:
        assert rate(forum, case, sympathiser, 4).status_code == 200
        unknown = rate(forum, case, voter, 5)
        assert unknown.status_code == 503 and int(unknown.headers["Retry-After"]) > 0
    finally:
        forum.service("start", "voting")
    forum.service("stop", "intake")
    try:
        assert rate(forum, case, voter, 5).status_code == 200
        assert rate(forum, case, stranger, 5).status_code == 503
    finally:
        forum.service("start", "intake")
    assert rate(forum, case, stranger, 5).status_code == 403

    assert rate(forum, case, voter, 5, subject="implementation").status_code == 409, "nothing is planned yet"

    unit, second = forum.support_unit, forum.token("second-reviewer", "support-unit")
    rated = next(item["id"] for item in shown["items"] if item["score"] == 4)
    hiding = {"code": "offensive", "explanation": "욕설이 있습니다."}
    acts = (("hiding", unit, hiding), ("hiding/confirmation", second, None), ("restoration", unit, {"reason": "인용입니다."}))
    for part, token, body in acts:
        answer = forum.post(f"/v1/ratings/{rated}/{part}", token, body)
        assert answer.status_code == 200, answer.text

    def lines():
        return [line for line in forum.items(f"/v1/actions?proposal={proposal}") if line.get("rating") == rated]

    eventually(lambda: len(lines()) == 3, 20, "what was done to the reason is in the public log")
    assert [(line["action"], line.get("reason")) for line in lines()] == [
        ("restore", {"reason": "인용입니다."}),
        ("hide", hiding),
        ("propose-hiding", None),
    ]
    assert lines()[1]["actor"] != lines()[2]["actor"]
    timeline = [entry for entry in forum.items(f"/v1/cases/{case['id']}/timeline") if "moderated" in entry["type"]]
    assert [entry["data"]["deed"] for entry in timeline] == ["hide", "restore"], "what is only proposed is not for everybody"
