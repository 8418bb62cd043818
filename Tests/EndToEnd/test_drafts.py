"""Drafts: written over several sittings by their author alone, and submitted when nothing is wrong any more."""

import uuid


def test_a_draft_is_written_checked_and_submitted(forum):
    writer = forum.token(f"writer-{uuid.uuid4()}")
    created = forum.post("/v1/drafts", writer, {"title": "밤 버스"})
    assert created.status_code == 201
    assert created.headers["Cache-Control"] == "no-store"
    place, tag = created.headers["Location"], created.headers["ETag"]
    assert {error["pointer"] for error in created.json()["errors"]} == {"#/summary", "#/body", "#/category"}

    text = forum.draft(title="밤 버스", body="문의: 010-1234-5678")
    saved = forum.call("PUT", place, writer, text, headers={"If-Match": tag})
    assert saved.status_code == 200
    assert saved.json()["errors"] == [
        {
            "pointer": "#/body",
            "detail": "holds a telephone number, which must not be public",
            "characters": {"from": 4, "to": 17},
        }
    ]
    assert forum.call("PUT", place, writer, text, headers={"If-Match": tag}).status_code == 412
    tag = saved.headers["ETag"]
    assert forum.post(f"{place}/submission", writer).status_code == 428
    assert forum.post(f"{place}/submission", writer, headers={"If-Match": '"1"'}).status_code == 412
    assert forum.post(f"{place}/submission", writer, headers={"If-Match": tag}).status_code == 422

    text["body"] = "더 자주 다니게 해 주십시오."
    saved = forum.call("PUT", place, writer, text, headers={"If-Match": tag})
    assert saved.status_code == 200
    assert saved.json()["errors"] == []
    once = {"key": str(uuid.uuid4()), "headers": {"If-Match": saved.headers["ETag"]}}
    submitted = forum.post(f"{place}/submission", writer, **once)
    assert submitted.status_code == 201
    assert forum.post(f"{place}/submission", writer, **once).json() == submitted.json()
    assert forum.get(place, writer).status_code == 404
    proposal = forum.get(submitted.headers["Location"], writer).json()
    assert proposal["state"] == "gathering"
    assert proposal["title"] == "밤 버스"


def test_nobody_else_sees_a_draft(forum):
    writer, stranger = (forum.token(f"{name}-{uuid.uuid4()}") for name in ("writer", "stranger"))
    place = forum.post("/v1/drafts", writer, {"title": "secret"}).headers["Location"]
    assert forum.get(place).status_code == 401
    assert forum.get(place, stranger).status_code == 404
    assert forum.call("DELETE", place, stranger).status_code == 404
    assert forum.get("/v1/drafts", stranger).json()["items"] == []
    assert forum.call("DELETE", place, writer).status_code == 204
    assert forum.get(place, writer).status_code == 404


def test_a_draft_that_cannot_be_kept_is_refused(forum):
    writer = forum.token(f"writer-{uuid.uuid4()}")
    place = forum.post("/v1/drafts", writer, {}).headers["Location"]
    wrong = {
        422: [{"title": 1}, {"body": ["a"]}, {"category": {}}, {"body": "x" * 40_001}],
        400: [b"", b"{", b"[]x", {"title": "a\u0000b"}, b'{"title":"\\ud800"}'],
    }
    for status, bodies in wrong.items():
        for body in bodies:
            for answer in (
                forum.post("/v1/drafts", writer, body),
                forum.call("PUT", place, writer, body, headers={"If-Match": '"1"'}),
            ):
                assert answer.status_code == status, f"{body}: {answer.status_code} {answer.text}"
                assert answer.headers["Content-Type"] == "application/problem+json"
    assert forum.call("PUT", place, writer, {"title": "a"}).status_code == 428
    for tag in ("1", '"x"', '"1', '""', 'W/"1"'):
        assert forum.call("PUT", place, writer, {"title": "a"}, headers={"If-Match": tag}).status_code == 412
    assert [draft.get("title") for draft in forum.get("/v1/drafts", writer).json()["items"]] == [None]


def test_titles_that_look_the_same_are_the_same(forum):
    writer = forum.token(f"writer-{uuid.uuid4()}")
    letters = "\u1112\u1161\u11ab\u1100\u1173\u11af"
    proposal = forum.post("/v1/proposals", writer, forum.draft(title=letters)).json()
    assert proposal["title"] == "한글"
