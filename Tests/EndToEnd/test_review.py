"""The way of a proposal to the Support Unit and through its review: supporters, revision, appeal, merger, paper."""

import email
import email.policy
import hashlib
import json
import uuid

from forum import eventually


def state(forum, proposal, token=None):
    answer = forum.get(f"/v1/proposals/{proposal}", token)
    return answer.json()["state"] if answer.status_code == 200 else None


def await_state(forum, proposal, wanted):
    eventually(lambda: state(forum, proposal) == wanted, 20, lambda: f"{wanted}, is {state(forum, proposal)}")


def page(forum, proposal):
    answer = forum.get(f"/proposals/{proposal}?lang=en")
    return answer.text if answer.status_code == 200 else ""


def listed(forum):
    return {item["id"] for item in forum.items("/v1/proposals")}


def test_a_proposal_is_its_authors_business_until_it_has_its_supporters(forum):
    author = f"writer-{uuid.uuid4()}"
    filed = forum.file(author)
    proposal, token = filed["id"], forum.token(author)
    assert filed["state"] == "gathering" and "submittedAt" not in filed
    assert state(forum, proposal, token) == "gathering"
    assert state(forum, proposal) is None and proposal not in listed(forum)
    stranger = forum.token("stranger")
    assert forum.get(f"/v1/proposals/{proposal}/supporters", stranger).status_code == 404
    gate = forum.supporters(proposal, author)
    assert (gate["supporters"], gate["needed"]) == (0, 5)
    path = f"/v1/invitations/{gate['invitation']}"
    assert forum.get(path).json()["proposal"]["title"] == filed["title"]
    assert forum.post(f"{path}/support", token).json()["type"].endswith("/own-proposal")
    assert forum.post(f"{path}/support").status_code == 401
    for number in (0, 1, 1, 2, 3):
        assert forum.post(f"{path}/support", forum.token(f"supporter-{number}")).json()["state"] == "gathering"
    assert forum.get(f"/v1/reviews/{proposal}", forum.support_unit).status_code == 404
    assert page(forum, proposal) == ""
    last = forum.post(f"{path}/support", forum.token("supporter-4")).json()
    assert (last["state"], last["supporters"]) == ("submitted", 5)
    assert forum.post(f"{path}/support", forum.token("supporter-5")).json()["type"].endswith("/not-gathering")
    assert proposal in listed(forum) and state(forum, proposal) == "submitted"
    eventually(lambda: filed["title"] in page(forum, proposal), 20, "the page")
    eventually(lambda: forum.get(f"/v1/reviews/{proposal}", forum.support_unit).status_code == 200, 20, "the review")


def test_what_nobody_supports_is_never_shown_also_when_it_is_withdrawn(forum):
    author = f"writer-{uuid.uuid4()}"
    proposal = forum.file(author)["id"]
    answer = forum.post(f"/v1/proposals/{proposal}/withdrawal", forum.token(author), {"reason": "mistake"})
    assert answer.json()["state"] == "withdrawn"
    later = forum.propose(author)
    eventually(lambda: page(forum, later), 20, "the page of a later one")
    assert page(forum, proposal) == "" and state(forum, proposal) is None


def fingerprint(text):
    """As anybody can compute it."""
    members = {name: text[name] for name in ("title", "summary", "body", "category", "reference") if name in text}
    return hashlib.sha256(
        json.dumps(members, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    ).hexdigest()


def test_a_returned_proposal_is_revised_once_and_every_version_stays_with_its_fingerprint(forum):
    author = f"writer-{uuid.uuid4()}"
    token = forum.token(author)
    proposal = forum.propose(author, reference="2019-7")
    revisions = f"/v1/proposals/{proposal}/revisions"
    assert forum.post(revisions, token, forum.draft(title="몰래")).json()["type"].endswith("/not-revisable")
    forum.decide(proposal, "return", {"note": "제목을 분명하게 써 주십시오."})
    await_state(forum, proposal, "returned")
    assert forum.get(f"/v1/proposals/{proposal}").json()["returnNote"] == "제목을 분명하게 써 주십시오."
    eventually(lambda: "제목을 분명하게" in page(forum, proposal), 20, "the note on the page")
    assert forum.post(revisions, forum.token("stranger"), forum.draft(title="x")).status_code == 403
    assert forum.post(revisions, token, forum.draft(title="")).status_code == 422
    assert forum.post(revisions, token, forum.draft(title="분명한 제목")).status_code == 201
    now = forum.get(f"/v1/proposals/{proposal}").json()
    assert (now["state"], now["revision"], now["title"]) == ("submitted", 2, "분명한 제목")
    kept = forum.get(revisions).json()["items"]
    assert [item["revision"] for item in kept] == [2, 1]
    assert [item["fingerprint"] for item in kept] == [fingerprint(item) for item in kept]
    assert now["fingerprint"] == kept[0]["fingerprint"]
    eventually(lambda: "분명한 제목" in page(forum, proposal), 20, "the new title on the page")

    def returned_again():
        answer = forum.post(f"/v1/proposals/{proposal}/return", forum.support_unit, {"note": "또"})
        return answer.json()["type"].rpartition("/")[2] == "already-returned"

    eventually(returned_again, 20, "it is returned once")
    forum.decide(proposal, "acceptance")
    await_state(forum, proposal, "accepted")


def test_an_appeal_is_decided_by_another_person_and_shown(forum):
    author = f"writer-{uuid.uuid4()}"
    proposal = forum.propose(author)
    forum.decide(proposal, "rejection", {"code": "duplicate", "explanation": "같은 제안이 있습니다."})
    await_state(forum, proposal, "rejected")
    path = f"/v1/proposals/{proposal}/appeal"
    appeal = {"ground": "factual-error", "statement": "그런 제안은 없습니다."}
    assert forum.get(path).status_code == 404
    assert forum.post(path, forum.token("stranger"), appeal).status_code == 403
    assert forum.post(path, forum.token(author), {"ground": "x", "statement": ""}).status_code == 422
    assert forum.post(path, forum.token(author), appeal).status_code == 200
    assert forum.post(path, forum.token(author), appeal).status_code == 409
    await_state(forum, proposal, "appealed")
    decision = {"outcome": "overturned", "explanation": "다시 살펴보았습니다."}
    assert forum.post(f"{path}/decision", forum.support_unit, decision).status_code == 403
    second = forum.token("second-reviewer", "support-unit")
    assert forum.post(f"{path}/decision", forum.token(author), decision).status_code == 403
    assert forum.post(f"{path}/decision", second, decision).json()["state"] == "accepted"
    await_state(forum, proposal, "accepted")
    assert forum.get(path).json()["appeal"]["decision"]["outcome"] == "overturned"
    eventually(lambda: "accepted after all" in page(forum, proposal), 20, "the outcome on the page")


def letters_to(forum, address):
    found = []
    for file in forum.mail_folder.glob("*.eml"):
        message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        if address in message["To"]:
            found.append(message["Subject"])
    return found


def test_of_two_that_are_the_same_one_goes_on_and_supporters_are_told(forum):
    author, supporter = f"writer-{uuid.uuid4()}", f"supporter-{uuid.uuid4()}"
    address = f"{supporter}@example.org"
    contact = {"email": address, "language": "en"}
    assert forum.call("PUT", "/v1/contact", forum.token(supporter), contact).status_code == 204
    goes_on = forum.propose()
    merged = forum.file(author)["id"]
    invitation = forum.supporters(merged, author)["invitation"]
    assert forum.post(f"/v1/invitations/{invitation}/support", forum.token(supporter)).status_code == 200
    for number in range(4):
        forum.post(f"/v1/invitations/{invitation}/support", forum.token(f"supporter-{number}"))
    eventually(lambda: forum.get(f"/v1/reviews/{merged}", forum.support_unit).status_code == 200, 20, "the review")
    path, body = f"/v1/proposals/{merged}/merger", {"into": goes_on, "reason": "같은 내용입니다."}
    assert forum.post(path, forum.support_unit, body | {"into": merged}).status_code == 409
    assert forum.post(path, forum.support_unit, body | {"into": str(uuid.uuid4())}).status_code == 404
    assert forum.post(path, forum.support_unit, body).json()["merger"]["into"] == goes_on
    assert forum.post(path, forum.support_unit, body).status_code == 409
    await_state(forum, merged, "merged")
    assert forum.get(f"/v1/proposals/{merged}").json()["title"] == "제안 하나"
    eventually(lambda: f"/proposals/{goes_on}" in page(forum, merged), 20, "the page leads to the other")
    eventually(lambda: any("merged" in subject for subject in letters_to(forum, address)), 30, "the supporter is told")


def test_a_proposal_on_paper_is_entered_for_a_person_of_whom_nothing_is_published(forum):
    filing = {
        "proposal": forum.draft(title="종이로 낸 제안"),
        "person": {"name": "홍길동무", "contact": "세종시 도움5로 20"},
        "receivedAt": "2026-11-20T09:00:00Z",
    }
    assert forum.post("/v1/offline-proposals", forum.token("stranger"), filing).status_code == 403
    problem = forum.post("/v1/offline-proposals", forum.support_unit, filing | {"receivedAt": "2999-01-01T00:00:00Z"})
    assert problem.status_code == 422 and problem.json()["errors"][0]["pointer"] == "#/receivedAt"
    answer = forum.post("/v1/offline-proposals", forum.support_unit, filing)
    assert answer.status_code == 201
    proposal = answer.json()["id"]
    assert (answer.json()["state"], answer.json()["channel"]) == ("submitted", "offline")
    kept = forum.get(f"/v1/offline-proposals/{proposal}", forum.support_unit).json()
    assert kept["name"] == "홍길동무" and kept["contact"] == "세종시 도움5로 20"
    assert forum.get(f"/v1/offline-proposals/{proposal}", forum.token("stranger")).status_code == 403
    eventually(lambda: "종이로 낸 제안" in page(forum, proposal), 20, "the page")
    assert "홍길동무" not in page(forum, proposal) + forum.get(f"/v1/proposals/{proposal}").text
    forum.decide(proposal, "acceptance")
