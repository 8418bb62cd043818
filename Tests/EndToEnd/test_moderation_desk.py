"""What the people of the Support Unit do beside deciding: locks, second opinions, flags, the public log, what goes to a vote."""

import uuid

from forum import eventually


def pending(forum, **changes):
    """A proposal that moderation has heard of."""
    proposal = forum.propose(f"writer-{uuid.uuid4()}", **changes)
    eventually(lambda: review(forum, proposal), 20, "the review")
    return proposal


def review(forum, proposal):
    answer = forum.get(f"/v1/reviews/{proposal}", forum.support_unit)
    return answer.json() if answer.status_code == 200 else None


def queue(forum, attention, token, state="pending"):
    return {item["proposal"] for item in forum.items(f"/v1/reviews?state={state}&attention={attention}", token)}


def actions(forum, proposal, token=None):
    return forum.items(f"/v1/actions?proposal={proposal}", token)


def test_who_works_on_a_proposal_is_not_disturbed(forum):
    proposal = pending(forum)
    first, second = forum.support_unit, forum.token("second-reviewer", "support-unit")
    lock = f"/v1/reviews/{proposal}/lock"
    assert proposal in queue(forum, "free", second)
    taken = forum.post(lock, first).json()["lock"]
    assert forum.post(lock, first).status_code == 200
    refused = forum.post(lock, second)
    assert refused.status_code == 409 and taken["by"] in refused.json()["detail"]
    assert forum.post(f"/v1/proposals/{proposal}/acceptance", second).json()["type"].endswith("/locked")
    assert proposal not in queue(forum, "free", second) and proposal in queue(forum, "mine", first)
    assert forum.call("DELETE", lock, second).status_code == 409
    assert "lock" not in forum.call("DELETE", lock, first).json()
    assert forum.post(f"/v1/proposals/{proposal}/acceptance", second).status_code == 200
    assert forum.post(lock, forum.token("stranger")).status_code == 403


def test_two_people_hide_a_text_and_one_does_not(forum):
    proposal = pending(forum, title="비방하는 글")
    second = forum.token("second-reviewer", "support-unit")
    path = f"/v1/proposals/{proposal}/rejection"
    proposed = forum.post(path, forum.support_unit, {"code": "libellous", "explanation": "명예를 훼손합니다."}).json()
    assert proposed["state"] == "pending" and proposed["proposedRejection"]["code"] == "libellous"
    assert proposal in queue(forum, "second-person", second)
    assert proposal not in queue(forum, "second-person", forum.support_unit)
    assert forum.post(f"{path}/confirmation", forum.support_unit).status_code == 403
    assert forum.post(f"{path}/refusal", second).json()["state"] == "pending"
    assert forum.post(f"{path}/confirmation", second).json()["type"].endswith("/nothing-proposed")
    assert forum.get(f"/v1/proposals/{proposal}").json()["title"] == "비방하는 글"
    forum.post(path, forum.support_unit, {"code": "libellous", "explanation": "명예를 훼손합니다."})
    assert forum.post(f"{path}/confirmation", second).json()["state"] == "rejected"
    eventually(lambda: forum.get(f"/v1/proposals/{proposal}").json()["title"] == "", 20, "the text is hidden")
    lines = actions(forum, proposal)
    assert "reason" not in lines[1] and lines[0]["reason"]["code"] == "libellous"
    deeds = [line["action"] for line in lines]
    assert deeds == ["reject", "propose-rejection", "refuse-rejection", "propose-rejection", "submit"]


def test_the_action_log_is_public_and_names_no_citizen(forum):
    proposal = pending(forum)
    forum.decide(proposal, "acceptance")
    lines = actions(forum, proposal)
    assert [(line["action"], line["role"]) for line in lines] == [("accept", "support-unit"), ("submit", "citizen")]
    assert "actor" in lines[0] and "actor" not in lines[1]
    assert all("actor" in line for line in actions(forum, proposal, forum.support_unit))
    assert forum.get("/v1/actions?proposal=x").status_code == 400
    assert forum.get("/v1/actions?after=x").status_code == 400


def test_three_readers_put_a_proposal_before_the_unit_and_hide_nothing(forum):
    proposal = pending(forum)
    forum.decide(proposal, "acceptance")
    path = f"/v1/proposals/{proposal}/flags"
    readers = forum.tokens(3)
    assert forum.post(path, readers[0], {"reason": "boring"}).status_code == 422
    assert forum.post(f"/v1/proposals/{uuid.uuid4()}/flags", readers[0], {"reason": "spam"}).status_code == 404
    for token in [*readers[:2], readers[0]]:
        assert forum.post(path, token, {"reason": "offensive"}).status_code == 204
    assert proposal not in queue(forum, "flagged", forum.support_unit, "accepted")
    rejection = {"code": "offensive", "explanation": "욕설"}
    assert forum.post(f"/v1/proposals/{proposal}/rejection", forum.support_unit, rejection).status_code == 409
    assert forum.post(path, readers[2], {"reason": "spam"}).status_code == 204
    assert proposal in queue(forum, "flagged", forum.support_unit, "accepted")
    assert forum.get(f"/v1/proposals/{proposal}").json()["title"] == "제안 하나"
    counts = forum.get(path, forum.support_unit).json()
    assert (counts["open"], counts["reasons"]) == (3, {"spam": 1, "offensive": 2, "does-not-belong": 0})
    assert forum.get(path, readers[0]).status_code == 403
    assert forum.post(f"{path}/dismissal", forum.support_unit, {"reason": "규칙을 어기지 않습니다."}).status_code == 200
    assert forum.post(f"{path}/dismissal", forum.support_unit, {"reason": "또"}).status_code == 409
    assert actions(forum, proposal)[0]["reason"] == {"reason": "규칙을 어기지 않습니다."}
    # Other readers bring it before the unit again, and now it goes.
    for token in forum.tokens(3):
        assert forum.post(path, token, {"reason": "offensive"}).status_code == 204
    assert forum.post(f"/v1/proposals/{proposal}/rejection", forum.support_unit, rejection).status_code == 200
    second = forum.token("second-reviewer", "support-unit")
    assert forum.post(f"/v1/proposals/{proposal}/rejection/confirmation", second).status_code == 200
    eventually(lambda: forum.get(f"/v1/proposals/{proposal}").json()["state"] == "rejected", 20, "it is rejected")


def test_everybody_sees_how_long_proposals_wait_and_by_what_rule_they_go_to_a_vote(forum):
    pending(forum)
    delay = forum.get("/v1/reviews/delay").json()
    assert delay["waiting"] >= 1 and (delay["targetDays"], delay["isLate"]) == (10, False)
    assert forum.get("/v1/selections/rule").json() == {"leastSympathies": 100, "monthly": 5}
    assert "items" in forum.get("/v1/selections/proposed").json()


def age_what_waits(forum, days):
    """As if everything that waits had come so many days earlier."""
    forum.sql(f"UPDATE moderation.review SET submitted_at = submitted_at - interval '{days} days' WHERE state = 'pending'")


def test_the_pages_say_that_reviews_are_late_until_they_are_not(forum):
    def changes():
        rows = forum.sql("SELECT last FROM moderation.event_sequence WHERE topic = 'forum.notices'")
        return int(rows[0][0]) if rows else 0

    proposal, before = pending(forum), changes()
    pages = {"/": "검토가 늦어지고 있습니다.", f"/proposals/{proposal}?lang=en": "Reviews take longer than they should."}

    def told():
        return [words in forum.get(page).text for page, words in pages.items()]

    eventually(lambda: forum.get(f"/proposals/{proposal}").status_code == 200, 20, "the page is there")
    assert told() == [False, False]
    age_what_waits(forum, 20)
    try:
        eventually(lambda: told() == [True, True], 40, "the pages say it")
    finally:
        age_what_waits(forum, -20)
    eventually(lambda: told() == [False, False], 40, "the notice goes away")
    assert changes() == before + 2, "one event for each change"
