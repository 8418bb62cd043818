"""The API is what deploy/contracts/openapi.yaml says: the document is sound, and the running system keeps to it.

That the document names every route, and no other, is a unit test (Tests/Unit/Contracts/OpenAPITests.swift).
"""

import copy
import json
import os
import subprocess
import sys
import uuid
from datetime import datetime, timedelta, timezone
from pathlib import Path

import openapi_spec_validator
import pytest
import schemathesis
import yaml
from cases import adopted, carried_out, not_carried
from forum import CHECKOUT, eventually, timestamp
from notifications import mails
from test_attachments import png

DOCUMENT = CHECKOUT / "deploy/contracts/openapi.yaml"
CONFIGURATION = Path(__file__).with_name("schemathesis.toml")
HOOKS = Path(__file__).with_name("schemathesis_hooks.py")
CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "missing_required_header",
    "unsupported_method",
    "ignored_auth",
    "use_after_free",
    "ensure_resource_availability",
]
# A seed finds the same again; another one may find more.
SEED = 20261126
# Roles, the office of an officer, random examples for each operation. Who may do most walks along the links too.
CALLERS = {
    "nobody": (None, None, 1),
    "a citizen": ("citizen", None, 4),
    "the Support Unit": ("support-unit", None, 4),
    "whoever has a case": ("committee,strategy-meeting,ministry", "molit", 1),
    "who is citizen and Support Unit": ("citizen,support-unit", None, 8),
}


def references(node):
    """The names of all schemas that a part of the document refers to."""
    if isinstance(node, list):
        return {name for item in node for name in references(item)}
    if not isinstance(node, dict):
        return set()
    found = {name for value in node.values() for name in references(value)}
    if isinstance(node.get("$ref"), str) and node["$ref"].startswith("#/components/schemas/"):
        found.add(node["$ref"].rsplit("/", 1)[1])
    return found


def operations(document):
    return [value for path in document["paths"].values() for value in path.values() if isinstance(value, dict)]


def sent(document):
    """The names of the schemas that requests have."""
    names = references([operation.get("requestBody", {}) for operation in operations(document)])
    names |= references(document["components"]["requestBodies"])
    while (more := names | references([document["components"]["schemas"][name] for name in names])) != names:
        names = more
    return names


def close(node):
    """Every object has the members that are named, and no other."""
    for item in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        close(item)
    if isinstance(node, dict) and isinstance(node.get("properties"), dict):
        node["additionalProperties"] = False


@pytest.fixture(scope="module")
def document():
    return yaml.safe_load(DOCUMENT.read_text())


@pytest.fixture(scope="module")
def strict(document):
    """The document with answers that may have no further members: one that it does not name is a finding."""
    strict = copy.deepcopy(document)
    requests = sent(document)
    for name, schema in strict["components"]["schemas"].items():
        if name not in requests:
            close(schema)
    return strict


@pytest.fixture(scope="module")
def api(forum, strict):
    return API(forum, strict)


class API:
    """Calls operations by their names. What comes back must be as the document has it."""

    def __init__(self, forum, document):
        self.forum = forum
        self.schema = schemathesis.openapi.from_dict(document)
        self.called = set()

    def call(self, operation, status, bearer=None, body=None, query=None, headers=None, **path):
        found = self.schema.find_operation_by_id(operation)
        media = "application/octet-stream" if isinstance(body, bytes) else "application/json"
        given = {"body": body, "media_type": media} if body is not None else {}
        case = found.Case(path_parameters=path, query=query or {}, headers=headers or {}, **given)
        authorization = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        answer = case.call(base_url=self.forum.url, headers=authorization, session=self.forum.session)
        assert answer.status_code == status, f"{operation}: {answer.status_code} {answer.text}"
        found.validate_response(answer)
        case.validate_response(
            answer,
            checks=[
                schemathesis.checks.not_a_server_error,
                schemathesis.specs.openapi.checks.status_code_conformance,
                schemathesis.specs.openapi.checks.content_type_conformance,
                schemathesis.specs.openapi.checks.response_headers_conformance,
                schemathesis.specs.openapi.checks.response_schema_conformance,
            ],
        )
        self.called.add(operation)
        return answer


def test_the_document_is_valid_openapi(document):
    openapi_spec_validator.validate(document)
    assert document["openapi"] == "3.1.0"


def test_nothing_in_the_document_is_there_for_nobody(document):
    text = DOCUMENT.read_text()
    for kind, members in document["components"].items():
        for name in members:
            assert kind == "securitySchemes" or f"'#/components/{kind}/{name}'" in text, f"nothing refers to {kind}/{name}"


def now():
    return timestamp(datetime.now(timezone.utc))


def test_a_draft_is_saved_submitted_and_supported_along_the_links_of_the_document(forum, api):
    author = forum.token(f"author-{uuid.uuid4()}")
    draft = api.call("createDraft", 201, author, {"title": "밤 버스"})
    place = draft.json()["id"]
    assert api.call("listDrafts", 200, author).json()["items"][0]["id"] == place
    text = forum.draft(title="밤 버스", reference="626")
    saved = api.call("saveDraft", 200, author, text, headers={"If-Match": draft.headers["etag"][0]}, id=place)
    api.call("saveDraft", 412, author, text, headers={"If-Match": draft.headers["etag"][0]}, id=place)
    assert api.call("readDraft", 200, author, id=place).headers["etag"][0] == saved.headers["etag"][0]
    kept = api.call("addAttachment", 201, author, png(), query={"name": "노선.png"}, id=place).json()
    assert (kept["number"], kept["name"], kept["type"]) == (1, "노선.png", "image/png")
    api.call("addAttachment", 415, author, b"no picture", query={"name": "x.png"}, id=place)
    api.call("addAttachment", 201, author, png(), query={"name": "twice.png"}, id=place)
    api.call("deleteAttachment", 204, author, id=place, number=2)
    assert len(api.call("listDraftAttachments", 200, author, id=place).json()["items"]) == 1
    api.call("readDraftAttachment", 200, author, id=place, number=1)
    api.call("findSimilar", 200, author, {"title": "밤 버스"})
    key = {"Idempotency-Key": f'"{uuid.uuid4()}"', "If-Match": saved.headers["etag"][0]}
    proposal = api.call("submitDraft", 201, author, headers=key, id=place).json()["id"]
    assert api.call("submitDraft", 201, author, headers=key, id=place).json()["id"] == proposal
    api.call("readDraft", 404, author, id=place)
    api.call("readProposal", 404, id=proposal)
    api.call("readProposal", 200, author, id=proposal)
    api.call("reviseProposal", 201, author, {**text, "body": "더 자주."}, id=proposal)
    invitation = api.call("readSupporters", 200, author, id=proposal).json()["invitation"]
    api.call("readInvitation", 200, invitation=invitation)
    api.call("supportProposal", 409, author, invitation=invitation)
    for citizen in forum.tokens(5):
        last = api.call("supportProposal", 200, citizen, invitation=invitation).json()
    assert last["state"] == "submitted"
    api.call("supportProposal", 409, forum.token("late"), invitation=invitation)
    api.call("readProposal", 200, id=proposal)
    api.call("listAttachments", 200, id=proposal)
    assert api.call("readAttachment", 200, id=proposal, number=1).content.startswith(b"\x89PNG")
    assert [item["revision"] for item in api.call("listRevisions", 200, id=proposal).json()["items"]] == [2, 1]
    api.call("withdrawProposal", 200, author, {"reason": "mistake"}, id=proposal)
    api.call("withdrawProposal", 409, author, {"reason": "mistake"}, id=proposal)
    api.call("submitProposal", 201, author, text)
    unwanted = api.call("createDraft", 201, author, {}).json()["id"]
    api.call("deleteDraft", 204, author, id=unwanted)
    api.call("deleteDraft", 404, author, id=unwanted)


def discuss(forum, api, proposal):
    """What citizens do with a proposal that was accepted."""
    citizen, other = forum.tokens(2)
    api.call("giveSympathy", 200, citizen, id=proposal)
    api.call("takeSympathyBack", 200, citizen, id=proposal)
    assert api.call("giveSympathy", 200, citizen, id=proposal).json()["given"]
    assert api.call("readSympathy", 200, other, id=proposal).json() == {"sympathies": 1, "given": False, "supporter": False}
    opinion = api.call("sayOpinion", 201, citizen, {"side": "pro", "text": "찬성합니다."}, id=proposal).json()["id"]
    answer = api.call("answerOpinion", 201, other, {"text": "저도 그렇습니다."}, id=opinion).json()["id"]
    api.call("answerOpinion", 409, other, {"text": "더"}, id=answer)
    api.call("listAnswers", 200, other, id=opinion)
    api.call("flagOpinion", 204, other, {"reason": "spam"}, id=opinion)
    api.call("listFlaggedOpinions", 200, forum.support_unit)
    unit, second = forum.support_unit, forum.token("another-of-the-support-unit", "support-unit")
    hiding = {"code": "offensive", "explanation": "욕설"}
    for decision in ("refuseHiding", "confirmHiding"):
        api.call("hideOpinion", 200, unit, hiding, id=opinion)
        api.call("hideOpinion", 409, second, hiding, id=opinion)
        assert opinion in [item["id"] for item in api.call("listProposedHidings", 200, second).json()["items"]]
        api.call(decision, 403, unit, id=opinion)
        api.call(decision, 200, second, id=opinion)
    api.call("listOpinions", 200, query={"side": "pro"}, id=proposal)
    api.call("restoreOpinion", 200, unit, {"reason": "인용입니다."}, id=opinion)
    api.call("restoreOpinion", 409, unit, {"reason": "인용입니다."}, id=opinion)
    api.call("deleteOpinion", 204, other, id=answer)
    for token in (None, citizen):
        api.call("listOpinions", 200, token, query={"side": "pro", "limit": 1}, id=proposal)
    api.call("flagProposal", 204, other, {"reason": "does-not-belong"}, id=proposal)
    assert api.call("readFlags", 200, forum.support_unit, id=proposal).json()["open"] == 1
    api.call("dismissFlags", 200, forum.support_unit, {"reason": "괜찮습니다."}, id=proposal)
    api.call("dismissFlags", 409, forum.support_unit, {"reason": "괜찮습니다."}, id=proposal)
    for operation in ("readReviewDelay", "readSelectionRule", "listProposedSelections"):
        api.call(operation, 200)
    page = api.call("listActions", 200, query={"limit": 1}).json()
    api.call("listActions", 200, forum.support_unit, query={"limit": 100, "after": page["next"]})


def test_the_rules_of_time_are_as_the_document_says(forum, api):
    admin, date = forum.token("operator", "admin"), "2097-05-06"
    api.call("listPeriods", 200)
    more = {"days": 5, "reason": "회의 일정"}
    api.call("extendCase", 403, forum.token("a-citizen"), more, id=str(uuid.uuid4()))
    api.call("extendCase", 404, forum.token("committee", "committee"), more, id=str(uuid.uuid4()))
    api.call("listHolidays", 200, query={"year": 2027})
    names = {"korean": "임시공휴일", "english": "Temporary holiday"}
    api.call("putHoliday", 200, admin, names, date=date)
    api.call("putHoliday", 403, forum.support_unit, names, date=date)
    api.call("putHoliday", 409, admin, names, date="2020-05-06")
    api.call("deleteHoliday", 204, admin, date=date)
    api.call("deleteHoliday", 404, admin, date=date)


def test_results_are_rated_as_the_document_says(forum, api):
    proposal = forum.propose("rated", category="transport")
    forum.select(proposal, 0)
    forum.await_vote(proposal, "open")
    voter, stranger = forum.tokens(2)
    forum.cast_until_taken(proposal, voter)
    found = adopted(forum, forum.await_case(proposal, seconds=60))
    case, office, rating = found["id"], found["ministry"]["slug"], {"score": 4, "reason": "좋습니다."}
    api.call("rateCase", 409, voter, rating, id=case, subject="answer")
    carried_out(forum, found)
    for subject in ("answer", "implementation"):
        rated = api.call("rateCase", 200, voter, rating, id=case, subject=subject).json()["id"]
    api.call("rateCase", 403, stranger, rating, id=case, subject="answer")
    api.call("rateCase", 422, voter, {"score": 4, "reason": "010-1234-5678"}, id=case, subject="answer")
    page = api.call("listRatings", 200, query={"limit": 1}, id=case).json()
    assert page["implementation"]["mean"] == 4
    api.call("listRatings", 200, query={"after": page["next"], "subject": "answer"}, id=case)
    api.call("listRatings", 404, id=str(uuid.uuid4()))
    api.call("readMinistryRatings", 200, ministry=office)
    unit, second = forum.support_unit, forum.token("another-of-the-support-unit", "support-unit")
    hiding = {"code": "offensive", "explanation": "욕설"}
    for decision in ("refuseReasonHiding", "confirmReasonHiding"):
        api.call("hideReason", 200, unit, hiding, id=rated)
        api.call("hideReason", 409, second, hiding, id=rated)
        assert rated in [item["id"] for item in api.call("listProposedReasonHidings", 200, second).json()["items"]]
        api.call(decision, 403, unit, id=rated)
        api.call(decision, 200, second, id=rated)
    api.call("rateCase", 409, voter, rating, id=case, subject="implementation")
    api.call("listRatings", 200, query={"subject": "implementation"}, id=case)
    api.call("restoreReason", 200, unit, {"reason": "인용입니다."}, id=rated)
    api.call("restoreReason", 409, unit, {"reason": "인용입니다."}, id=rated)

    member = forum.token("member-of-the-forum", "member")
    said = api.call("sayResultOpinion", 201, member, {"text": "밤에 다닐 수 있게 되었습니다."}, id=case).json()["id"]
    api.call("sayResultOpinion", 403, voter, {"text": "저도"}, id=case)
    api.call("sayResultOpinion", 404, member, {"text": "저도"}, id=str(uuid.uuid4()))
    assert api.call("listResultOpinions", 200, member, id=case).json()["items"][0]["mine"]
    for decision in ("refuseResultOpinionHiding", "confirmResultOpinionHiding"):
        api.call("hideResultOpinion", 200, unit, hiding, id=said)
        api.call("hideResultOpinion", 409, second, hiding, id=said)
        assert said in [item["id"] for item in api.call("listProposedResultOpinionHidings", 200, second).json()["items"]]
        api.call(decision, 403, unit, id=said)
        api.call(decision, 200, second, id=said)
    api.call("listResultOpinions", 200, query={"limit": 1}, id=case)
    api.call("restoreResultOpinion", 200, unit, {"reason": "인용입니다."}, id=said)
    api.call("restoreResultOpinion", 409, unit, {"reason": "인용입니다."}, id=said)


def test_a_task_is_referred_from_an_off_line_event_as_the_document_says(forum, api):
    proposal, unit = not_carried(forum, "documented event"), forum.support_unit
    event = {"name": "제3회 열린소통포럼", "heldOn": "2026-11-01", "record": "https://forum.example/records/3"}
    body = {"proposal": proposal, "event": event, "reasons": "행사에서 논의되었다."}
    api.call("referCase", 403, forum.token("a-citizen"), body)
    api.call("referCase", 404, unit, {**body, "proposal": str(uuid.uuid4())})
    api.call("referCase", 422, unit, {**body, "event": {**event, "heldOn": "2999-01-01"}})
    key = {"Idempotency-Key": f'"{uuid.uuid4()}"'}
    case = api.call("referCase", 201, unit, body, headers=key)
    again = api.call("referCase", 201, unit, body, headers=key)
    assert again.json() == case.json() and again.headers["etag"] == case.headers["etag"]
    assert api.call("referCase", 409, unit, body).json()["existing"] == case.headers["location"][0]
    assert api.call("readCase", 200, id=case.json()["id"]).json() == case.json()
    eventually(lambda: api.call("readCustody", 200, id=proposal).json().get("event") == event, 20, "the portal has heard of it")


def open_data(forum, api, proposal):
    """What anybody may have of all that."""
    api.call("readCatalogue", 200)
    for operation in ("listOpenTasks", "listOpenVotes", "listOpenTallies", "listOpenCases", "listOpenHolds", "listOpenEvents"):
        page = api.call(operation, 200, query={"limit": 1}).json()
        assert page["items"], operation
        if "next" in page:
            api.call(operation, 200, query={"limit": 100, "after": page["next"], "since": "2026-01-01"})
    page = api.call("listOpenActions", 200, query={"limit": 1}).json()
    api.call("listOpenActions", 200, query={"after": page["next"], "action": "submit"})
    api.call("listOpenHolds", 200, query={"task": proposal, "office": "voters", "step": "vote", "late": "false"})
    assert api.call("readCustody", 200, id=proposal).json()["holds"]
    api.call("readCustody", 404, id=str(uuid.uuid4()))
    for operation, path in (("readFeed", {}), ("readFeedOfTask", {"id": proposal}), ("readFeedOfOffice", {"office": "committee"})):
        feed = api.call(operation, 200, query={"lang": "en"}, **path)
        api.call(operation, 304, query={"lang": "en"}, headers={"If-None-Match": feed.headers["etag"][0]}, **path)
    api.call("readFeedOfOffice", 404, office="nobody")
    api.call("readStatistics", 200, query={"year": datetime.now().year})
    for file in ("tasks.csv", "tasks.jsonl", "statistics.csv"):
        api.call("download", 200, file=file)
    api.call("download", 404, file="nothing.csv")
    api.call("downloadActionsTable", 200, query={"bom": "true"})
    api.call("downloadActionsLines", 200)


def test_a_proposal_is_reviewed_voted_on_and_referred_as_the_document_says(forum, api):
    unit, another = forum.support_unit, forum.token("another-of-the-support-unit", "support-unit")
    voter = forum.token(f"voter-{uuid.uuid4()}")

    def propose(title):
        proposal = forum.propose("documented", title=title)
        eventually(lambda: forum.get(f"/v1/reviews/{proposal}", unit).status_code == 200, 20, "moderation has heard of it")
        return proposal

    rejected, returned, selected, same = (propose(title) for title in ("one", "two", "three", "four"))
    author = forum.token("documented")
    api.call("lockReview", 200, unit, id=rejected)
    api.call("lockReview", 409, another, id=rejected)
    api.call("unlockReview", 200, unit, id=rejected)
    hiding = {"code": "offensive", "explanation": "정한 말이 아닙니다."}
    api.call("rejectProposal", 200, unit, hiding, id=rejected)
    api.call("listReviews", 200, another, query={"attention": "second-person"})
    api.call("confirmRejection", 403, unit, id=rejected)
    api.call("refuseRejection", 200, another, id=rejected)
    api.call("rejectProposal", 200, unit, hiding, id=rejected)
    api.call("confirmRejection", 200, another, id=rejected)
    eventually(lambda: forum.get(f"/v1/proposals/{rejected}").json()["state"] == "rejected", 20)
    hidden = api.call("readProposal", 200, id=rejected).json()
    assert hidden["title"] == "" and "body" not in hidden
    api.call("listRevisions", 200, id=rejected)
    api.call("appealRejection", 200, author, {"ground": "procedure", "statement": "다시 보아 주십시오."}, id=rejected)
    api.call("appealRejection", 409, author, {"ground": "procedure", "statement": "다시 보아 주십시오."}, id=rejected)
    decision = {"outcome": "upheld", "explanation": "그대로입니다."}
    api.call("decideAppeal", 403, unit, decision, id=rejected)
    api.call("decideAppeal", 200, forum.token("a-third-of-the-support-unit", "support-unit"), decision, id=rejected)
    assert api.call("readAppeal", 200, id=rejected).json()["appeal"]["decision"]["outcome"] == "upheld"

    api.call("returnProposal", 200, unit, {"note": "노선을 적어 주십시오."}, id=returned)
    eventually(lambda: forum.get(f"/v1/proposals/{returned}").json()["state"] == "returned", 20)
    assert api.call("readProposal", 200, id=returned).json()["returnNote"]

    api.call("acceptProposal", 200, unit, id=selected)
    eventually(lambda: forum.get(f"/v1/proposals/{selected}").json()["state"] == "accepted", 20)
    discuss(forum, api, selected)
    api.call("mergeProposal", 200, unit, {"into": selected, "reason": "같은 제안입니다."}, id=same)
    closes = timestamp(datetime.now(timezone.utc) + timedelta(seconds=20))
    rule = {"yesBar": 0, "referral": "at-once", "minimumTurnout": 1, "closesAt": closes}
    api.call("selectProposal", 200, unit, {"reason": "많은 관심", "rule": rule}, id=selected)
    api.call("selectProposal", 409, unit, {"reason": "많은 관심", "rule": rule}, id=selected)
    assert api.call("readReview", 200, unit, id=selected).json()["selection"]["rule"]["yesBar"] == 0
    for state in ("pending", "rejected", "merged", "selected"):
        api.call("listReviews", 200, unit, query={"state": state, "limit": 100})

    forum.await_vote(selected, "open")
    # As if it had been open for some hours: then there is one to look at.
    forum.sql(f"UPDATE voting.vote SET opened_at = opened_at - interval '2 hours' WHERE proposal = '{selected}'")
    receipt = api.call("castBallot", 202, voter, {"choice": "yes"}, id=selected).json()["receipt"]
    forum.await_tally(selected, 1, 0)
    assert api.call("readBallot", 200, voter, query={"receipt": receipt}, id=selected).json()["state"] == "counted"
    api.call("readBallot", 200, voter, id=selected)
    api.call("castBallot", 404, voter, {"choice": "yes"}, id=rejected)
    api.call("pauseVote", 202, unit, {"reason": "점검"}, id=selected)
    # It holds a second after its order, so that every process has heard of it.
    eventually(lambda: forum.cast(selected, voter).status_code == 409, 20, "the vote is paused")
    api.call("castBallot", 409, voter, {"choice": "yes"}, id=selected)
    api.call("resumeVote", 202, unit, {"reason": "점검 끝"}, id=selected)
    eventually(lambda: "pausedAt" not in forum.vote(selected), 20, "the vote goes on")
    later = timestamp(datetime.now(timezone.utc) + timedelta(seconds=30))
    api.call("extendVote", 202, unit, {"reason": "점검한 만큼", "closesAt": later}, id=selected)
    eventually(lambda: len(forum.vote(selected)["changes"]) == 3, 20, "the vote is extended")
    api.call("readResult", 404, id=selected)
    meant = {"quarantined": False, "acceptedFrom": timestamp(datetime.now(timezone.utc) - timedelta(hours=1))}
    forecast = api.call("forecastRuling", 200, unit, {"kind": "void", "ballots": meant}, id=selected).json()
    assert forecast["ballots"] == 1 and not forecast["after"]["isCarried"]
    request = {"kind": "void", "code": "automated", "reason": "기계가 던진 표입니다.", "ballots": meant}
    ruling = api.call("proposeRuling", 201, unit, request, id=selected).json()["ruling"]
    api.call("proposeRuling", 409, unit, request, id=selected)
    api.call("confirmRuling", 403, unit, id=selected, ruling=ruling)
    api.call("refuseRuling", 200, another, {"reason": "증거가 없습니다."}, id=selected, ruling=ruling)
    api.call("confirmRuling", 409, another, id=selected, ruling=ruling)
    assert api.call("listRulings", 200, another, id=selected).json()["items"][0]["refusal"]
    api.call("listRulings", 200, id=selected)
    api.call("listVoteTrends", 403, voter, id=selected)
    eventually(lambda: api.call("listVoteTrends", 200, unit, query={"limit": 1}, id=selected).json()["items"], 40, "an hour was looked at")
    api.call("readVote", 200, id=selected)
    api.call("listVotes", 200, query={"state": "open", "limit": 500})
    api.call("readCount", 200)

    case = forum.await_case(selected)["id"]
    api.call("readCase", 200, id=case)
    api.call("listCases", 200, query={"holder": "committee", "state": "received", "category": "jobs", "limit": 100})
    api.call("listMinistries", 200)
    eventually(lambda: forum.get(f"/v1/proposals/{selected}").json()["state"] == "referred", 20)
    for state in ("withdrawn", "merged", "referred"):
        api.call("listProposals", 200, query={"state": state, "limit": 100})
    forum.await_vote(selected, "closed", 60)
    result = api.call("readResult", 200, id=selected)
    assert result.json()["carried"] and result.json()["turnout"] == 1
    ruling = api.call("proposeRuling", 201, unit, request, id=selected).json()["ruling"]
    api.call("confirmRuling", 200, another, id=selected, ruling=ruling)
    eventually(lambda: forum.get(f"/v1/proposals/{selected}/vote/result?edition=2").ok, 20, "the result is amended")
    assert api.call("readResult", 200, id=selected, query={"edition": 2}).json()["void"] == 1
    assert api.call("listRulings", 200, id=selected).json()["items"][0]["state"] == "complete"
    # The last that is told of it: a feed that grows between two requests is no 304.
    step = lambda: forum.get(f"/v1/open-data/tasks/{selected}/custody").json()["holds"][-1]["step"]
    eventually(lambda: step() == "suspension", 20, "the portal has heard of the suspension")
    open_data(forum, api, selected)
    assert api.call("readBallot", 200, voter, id=selected).json()["state"] == "void"
    eventually(lambda: api.call("listCases", 200, query={"state": "suspended", "limit": 100}).json()["items"], 20)
    forum.await_case(selected, "suspended")
    api.call("lapseCase", 200, unit, {"reason": "다시 넘을 수 없습니다."}, id=case)
    api.call("lapseCase", 409, unit, {"reason": "다시 넘을 수 없습니다."}, id=case)
    assert api.call("readCase", 200, id=case).json()["suspension"]["lapsedAt"]
    api.call("listProposals", 200, query={"order": "sympathy", "limit": 100})
    first = api.call("listProposals", 200, query={"limit": 1}).json()
    api.call("listProposals", 200, query={"limit": 1, "after": first["next"]})


def refer(forum, category):
    """A case that the Committee has just got."""
    proposal = forum.propose("documented", category=category, title="밤 버스를 늘려 주십시오")
    forum.select(proposal, 0)
    forum.await_vote(proposal, "open")
    forum.cast_until_taken(proposal, forum.token("steady-voter"))
    return proposal, forum.await_case(proposal)["id"]


class Office:
    """Somebody of an office, who does one thing after another to a case."""

    def __init__(self, forum, api, case, role, ministry=None):
        self.api, self.case, self.token = api, case, forum.token(f"{ministry or role}-officer", role, ministry)

    def __call__(self, operation, status, body, headers=None, **path):
        return self.api.call(operation, status, self.token, body, headers=headers, id=self.case, **path)


SESSION = {"name": "제12차 협의회", "meetsAt": "2099-12-01T05:00:00Z", "place": "정부세종청사"}
ADOPTION = {"decision": "adopt-with-changes", "reasons": "필요합니다.", "changes": "주말부터 합니다."}


def deliberate(committee):
    """The Committee deliberates a case that it was given, or given anew."""
    members = [{"name": "김위원", "capacity": "civilian"}, {"name": "이위원", "capacity": "chair", "conflict": "제안자의 친족"}]
    committee("assignMembers", 200, {"members": members})
    committee("scheduleCase", 200, SESSION)
    committee("scheduleCase", 422, SESSION)
    committee("scheduleCase", 200, {**SESSION, "reason": "회의장 사정"})
    record = {"heldAt": now(), "minutes": "심의하였다.", "recording": "https://example.org/12", "opinionsFor": ["필요하다."]}
    attendance = [{"capacity": "civilian", "present": 8, "absent": 1}]
    committee("deliberateCase", 200, {**record, "attendance": attendance, "cost": "연 3억 원", "feasibility": "가능하다."})


def test_a_case_goes_its_whole_way_as_the_document_says(forum, api):
    proposal, case = refer(forum, "transport")
    committee, unit = Office(forum, api, case, "committee"), Office(forum, api, case, "support-unit")
    meeting = Office(forum, api, case, "strategy-meeting")
    molit, me = Office(forum, api, case, "ministry", "molit"), Office(forum, api, case, "ministry", "me")
    committee("assignMembers", 412, {"members": [{"name": "김", "capacity": "chair"}]}, {"If-Match": '"7"'})
    committee("decideCase", 409, ADOPTION)
    committee("extendCase", 200, {"days": 5, "reason": "회의 일정"})
    committee("extendCase", 409, {"days": 5, "reason": "회의 일정"})
    meeting("assignMembers", 403, {"members": [{"name": "김", "capacity": "chair"}]})
    deliberate(committee)
    committee("decideCase", 200, {"decision": "return", "reasons": "비용이 빠졌습니다."})
    unit("supplementCase", 200, {"text": "비용을 조사하였습니다."})
    deliberate(committee)
    read = api.call("readCase", 200, id=case)
    once = {"Idempotency-Key": f'"{uuid.uuid4()}"', "If-Match": read.headers["etag"][0]}
    decided = committee("decideCase", 200, ADOPTION, once)
    repeated = committee("decideCase", 200, ADOPTION, once)
    assert repeated.json() == decided.json() and repeated.headers["etag"] == decided.headers["etag"]
    meeting("placeCaseOnAgenda", 200, {**SESSION, "item": 3})
    today, later = ((datetime.now(timezone.utc) + timedelta(days=days)).date().isoformat() for days in (0, 30))
    outcome = {"outcome": "deferred", "heldAt": now(), "reasons": "예산을 봅니다.", "deferredTo": later}
    assert meeting("concludeCase", 200, outcome).json()["state"] == "deferred"
    meeting("placeCaseOnAgenda", 200, SESSION)
    outcome = {"outcome": "adopted-with-conditions", "heldAt": now(), "reasons": "추진한다.", "conditions": "예산 안에서"}
    assert meeting("concludeCase", 200, outcome).json()["ministry"]["slug"] == "molit"

    me("acceptCase", 403, {"department": "버스정책과"})
    molit("acceptCase", 200, {"department": "버스정책과"})
    molit("transferCase", 422, {"ministry": "molit", "reason": "소관이 아닙니다."})
    molit("transferCase", 200, {"ministry": "me", "reason": "소관이 아닙니다."})
    me("acceptCase", 200, {"department": "대기환경과"})
    answer = {"department": "대기환경과", "signatory": "환경부장관", "answer": "늘리겠습니다."}
    version = me("answerCase", 200, answer).headers["etag"][0]
    step = {"title": "노선 선정", "deliverable": "노선도", "startsOn": today, "endsOn": later}
    me("planCase", 428, {"milestones": [step]})
    me("planCase", 412, {"milestones": [step]}, {"If-Match": '"1"'})
    me("planCase", 200, {"milestones": [step, {**step, "title": "개통"}]}, {"If-Match": version})
    me("reportMilestone", 200, {"status": "limited", "report": "고르고 있습니다."}, milestone=1)
    me("reportMilestone", 404, {"status": "limited", "report": "고르고 있습니다."}, milestone=9)
    postponed = (datetime.now(timezone.utc) + timedelta(days=60)).date().isoformat()
    me("delayMilestone", 200, {"endsOn": postponed, "reason": "차량이 늦습니다."}, milestone=2)
    me("completeCase", 409, {"summary": "밤 버스가 다닙니다."})
    done = {"status": "completed", "report": "다 하였습니다.", "evidence": ["https://example.org/report"]}
    for number in (1, 2):
        me("reportMilestone", 200, done, milestone=number)
    last = me("completeCase", 200, {"summary": "밤 버스가 다닙니다.", "evidence": ["https://example.org/"]}).json()
    assert last["state"] == "completed" and last["holder"] is None

    record = api.call("readCase", 200, id=case).json()
    names = ["committee", "support-unit", "committee", "strategy-meeting", "molit", "me", "me"]
    assert [hold["name"] for hold in record["custody"]] == names
    first = api.call("readTimeline", 200, query={"limit": 2}, id=case).json()
    rest = api.call("readTimeline", 200, query={"after": first["next"]}, id=case).json()
    assert [entry["number"] for entry in first["items"] + rest["items"]] == list(range(1, 31))
    # Who did what, and why, stands in the action log.
    wanted = ["complete-case", "transfer-case", "conclude-case", "decide-case", "supplement-case", "extend-case"]
    lines = lambda: api.call("listActions", 200, query={"proposal": proposal, "limit": 100}).json()["items"]
    eventually(lambda: {line["action"] for line in lines()} >= set(wanted), 20, "all of it is in the action log")
    [moved] = [line for line in lines() if line["action"] == "transfer-case"]
    assert moved["role"] == "ministry" and moved["reason"] == {"ministry": "molit", "to": "me", "reason": "소관이 아닙니다."}


def test_a_case_without_a_ministry_gets_one_by_hand_as_the_document_says(forum, api):
    _, case = refer(forum, "animals")
    [[ministry]] = forum.sql("DELETE FROM referral.category_ministry WHERE category = 'animals' RETURNING ministry")
    try:
        assert forum.adopt(case)["state"] == "adopted"
        unit, mafra = Office(forum, api, case, "support-unit"), Office(forum, api, case, "ministry", "mafra")
        unit("assignCase", 200, {"ministry": "mafra", "reason": "소관입니다."})
    finally:
        forum.sql(f"INSERT INTO referral.category_ministry VALUES ('animals', '{ministry}')")
    mafra("acceptCase", 200, {"department": "동물복지과"})
    mafra("discontinueCase", 200, {"reason": "법이 바뀌었습니다."})
    api.call("listCases", 200, query={"state": "discontinued", "ministry": "mafra", "limit": 100})
    api.call("listCases", 200, query={"late": "true"})


def test_what_the_support_unit_enters_and_what_people_are_told_is_as_the_document_says(forum, api):
    unit, citizen = forum.support_unit, forum.token(f"told-{uuid.uuid4()}")
    entry = {"proposal": forum.draft(), "person": {"name": "김하나", "contact": "010-1234-5678"}, "receivedAt": now()}
    entered = api.call("enterOfflineProposal", 201, unit, entry).json()["id"]
    assert api.call("readOfflineProposal", 200, unit, id=entered).json()["contact"] == "010-1234-5678"
    api.call("readOfflineProposal", 403, citizen, id=entered)

    api.call("readContact", 404, citizen)
    api.call("saveContact", 204, citizen, {"email": "told@example.org", "language": "en"})
    api.call("readContact", 200, citizen)
    api.call("deleteContact", 204, citizen)
    # Nobody listens there: the deliveries have failed attempts to show.
    hook = api.call("createWebhook", 201, citizen, {"url": "http://127.0.0.1:2999/", "events": ["*"]}).json()["id"]
    api.call("readWebhook", 200, citizen, webhook=hook)
    api.call("listWebhooks", 200, citizen)
    assert "secret" in api.call("rotateSecret", 200, citizen, webhook=hook).json()
    api.call("pingWebhook", 202, citizen, webhook=hook)
    api.call("pingWebhook", 409, citizen, webhook=hook)
    forum.propose("somebody")
    deliveries = lambda: forum.get(f"/v1/webhooks/{hook}/deliveries", citizen).json()["items"]
    eventually(lambda: any("lastError" in delivery for delivery in deliveries()), 30, "an attempt has failed")
    delivery = api.call("listDeliveries", 200, citizen, webhook=hook, query={"limit": 1}).json()["items"][0]["id"]
    api.call("listDeliveries", 200, citizen, webhook=hook, query={"after": delivery, "state": "pending"})
    api.call("replayDelivery", 202, citizen, webhook=hook, delivery=delivery)
    change = {"url": "http://127.0.0.1:2999/new", "events": ["kr.forum.vote.closed.v1"], "state": "disabled"}
    assert api.call("changeWebhook", 200, citizen, change, webhook=hook).json()["disabledReason"] == "owner"
    api.call("replayDelivery", 409, citizen, webhook=hook, delivery=delivery)
    api.call("changeWebhook", 200, citizen, change | {"state": "active"}, webhook=hook)
    assert api.call("replayFailures", 202, citizen, {"since": now()}, webhook=hook).json()["replayed"] == 0
    api.call("deleteWebhook", 204, citizen, webhook=hook)
    api.call("readWebhook", 404, citizen, webhook=hook)


def test_what_people_follow_and_their_inbox_are_as_the_document_says(forum, api):
    citizen = forum.token(f"follower-{uuid.uuid4()}")
    assert api.call("listFollows", 200, citizen).json() == {"items": []}
    api.call("saveFollow", 404, citizen, {"frequency": "daily"}, kind="task", subject=str(uuid.uuid4()))
    api.call("saveFollow", 204, citizen, {"frequency": "inbox"}, kind="category", subject="rural")
    api.call("saveFollow", 204, citizen, {"frequency": "weekly"}, kind="office", subject="committee")
    proposal = forum.propose("somebody", category="rural")
    following = lambda: forum.call("PUT", f"/v1/follows/task/{proposal}", citizen, {"frequency": "at-once"}).status_code
    eventually(lambda: following() == 204, 20, "the task can be followed")
    forum.decide(proposal, "acceptance")
    eventually(lambda: forum.get("/v1/inbox", citizen).json()["unread"], 20, "something was told")
    entry = api.call("readInbox", 200, citizen, query={"lang": "en", "show": "unread", "limit": 1}).json()["items"][0]["id"]
    api.call("readInboxEntry", 204, citizen, entry=entry)
    api.call("readInboxEntry", 404, citizen, entry=str(uuid.uuid4()))
    api.call("readInboxThrough", 204, citizen, {"through": entry})
    api.call("readInboxThrough", 422, citizen, {"through": str(uuid.uuid4())})
    api.call("readInbox", 200, citizen, query={"after": entry})
    assert len(api.call("listFollows", 200, citizen).json()["items"]) == 3
    api.call("deleteFollow", 204, citizen, kind="office", subject="committee")
    # The link in a mail, of somebody who left an address.
    name = f"link-{uuid.uuid4()}"
    api.call("saveContact", 204, forum.token(name), {"email": f"{name}@example.org", "language": "ko"})
    forum.propose(name)
    message = eventually(lambda: mails(forum, f"{name}@example.org"), 20, "the mail came")[0]
    link = message["List-Unsubscribe"].strip("<>").rpartition("/")[2]
    api.call("askToUnsubscribe", 200, token=link)
    api.call("unsubscribe", 200, token=link)
    api.call("unsubscribe", 404, token="A" * 60)


def test_every_operation_of_the_document_was_called_with_success(document, api):
    if not {"deleteDraft", "listCases", "completeCase", "discontinueCase", "deleteWebhook", "unsubscribe"} <= api.called:
        pytest.skip("not all walks above have come to their ends")
    named = {operation["operationId"] for operation in operations(document)}
    assert api.called == named, "the walks above call every operation"


@pytest.mark.timeout(60)
@pytest.mark.parametrize("caller", CALLERS)
def test_no_request_is_answered_otherwise_than_the_document_says(forum, strict, tmp_path, caller):
    role, office, examples = CALLERS[caller]
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps(strict))
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIGURATION), "run", str(file), "--url", forum.url]
    command += ["--seed", str(SEED), "--max-examples", str(examples), "--checks", ",".join(CHECKS), "--continue-on-failure"]
    command += ["--generation-database", "none", "--warnings", "off", "--no-color"]
    command += ["--phases", "examples,coverage,fuzzing" + (",stateful" if role and "," in role else "")]
    token = forum.token(f"fuzz-{uuid.uuid4()}", role, office) if role else None
    if token:
        command += ["--header", f"Authorization: Bearer {token}"]
    try:
        environment = os.environ | {"SCHEMATHESIS_HOOKS": str(HOOKS)}
        result = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60)
    finally:
        # Nobody answers at addresses that were made up: deliveries to them would hold up those of other tests.
        for webhook in forum.get("/v1/webhooks", token).json()["items"] if token else []:
            forum.call("DELETE", f"/v1/webhooks/{webhook['id']}", token)
    assert result.returncode == 0, f"seed {SEED}\n{result.stdout}\n{result.stderr}"
    assert f"{len(operations(strict))} selected" in result.stdout
