"""What is there already that is like what somebody writes: shown as they type, and before they hand it in."""

import uuid

from forum import eventually


def search(forum, **typed):
    answer = forum.post("/v1/proposals/similar", forum.token("somebody-who-writes"), typed)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.json()["items"]


def test_a_proposal_is_found_as_soon_as_it_is_there(forum):
    word = "".join(chr(0xAC00 + int(digit, 16) * 588) for digit in uuid.uuid4().hex[:10])
    title = f"{word} 도서관을 밤에도 여십시오"
    body = f"{word} 근무를 마치면 도서관은 닫혀 있습니다."
    assert title not in [item["title"] for item in search(forum, title=title)]
    proposal = forum.propose(title=title, body=body)
    typed = search(forum, title=title[:14])
    assert (typed[0]["id"], typed[0]["state"]) == (proposal, "submitted")
    assert search(forum, title=title, body=body)[0]["score"] == 1
    assert proposal in [item["id"] for item in search(forum, title="다른 제목", body=body)]
    assert len(search(forum, title="도서관")) <= 5

    forum.hide(proposal)
    eventually(lambda: proposal not in [item["id"] for item in search(forum, title=title, body=body)], 30, "it is hidden")


def test_a_search_that_cannot_be_made_is_refused(forum):
    token = forum.token("somebody-who-writes")
    assert forum.post("/v1/proposals/similar", None, {"title": "버스"}).status_code == 401
    assert forum.get("/v1/proposals/similar", token).status_code == 404
    assert forum.post("/v1/proposals/similar", token, {"title": 1}).status_code == 422
    assert forum.post("/v1/proposals/similar", token, {"title": "a\u0000b"}).status_code == 422
    assert forum.post("/v1/proposals/similar", token, b"{").status_code == 400
    assert search(forum) == []
    # Text and no statement: nothing is like this, and all that there is would be found if it were one.
    assert search(forum, title="  ", body=f"%' OR '{uuid.uuid4()}' > '{uuid.uuid4()}' OR 1=1 --") == []
    assert len(search(forum, title="버스 " * 3_000, body="노선 " * 3_000)) <= 5
