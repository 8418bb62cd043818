"""Hostile bodies for whoever can do something to a case: each is a problem document of a refusal, and none is a fault of the Forum."""

import copy

import pytest
from test_hostile_http import NOWHERE, check_problem

SESSION = {"name": "제12차", "meetsAt": "2099-12-01T05:00:00Z", "place": "세종", "reason": "사정"}
HELD = "2026-11-01T05:00:00Z"
STEP = {"number": 1, "title": "노선", "deliverable": "노선도", "startsOn": "2026-12-01", "endsOn": "2027-03-31"}
# Role, and a body that is right with every member that there is.
ROUTES = {
    "": (
        "support-unit",
        {
            "proposal": NOWHERE, "event": {"name": "제3회", "heldOn": "2026-11-01", "record": "https://example.org/"},
            "reasons": "필요",
        },
    ),
    "members": (
        "committee",
        {"members": [{"name": "김위원", "capacity": "chair", "conflict": "친족"}, {"name": "이", "capacity": "civilian"}]},
    ),
    "session": ("committee", SESSION),
    "deliberation": (
        "committee",
        {
            "heldAt": HELD, "attendance": [{"capacity": "chair", "present": 1, "absent": 0}], "minutes": "심의",
            "recording": "https://example.org/", "opinionsFor": ["필요"], "opinionsAgainst": ["비쌈"], "cost": "3억",
            "feasibility": "가능",
        },
    ),
    "decision": ("committee", {"decision": "adopt-with-changes", "reasons": "필요", "changes": "주말만"}),
    "supplement": ("support-unit", {"text": "조사"}),
    "agenda": ("strategy-meeting", {**SESSION, "item": 3}),
    "conclusion": (
        "strategy-meeting",
        {"outcome": "adopted-with-conditions", "heldAt": HELD, "reasons": "추진", "conditions": "예산 안에서"},
    ),
    "assignment": ("support-unit", {"ministry": "molit", "reason": "소관"}),
    "lapse": ("support-unit", {"reason": "표결"}),
    "extension": ("committee", {"days": 5, "reason": "일정"}),
    "acceptance": ("ministry", {"department": "과"}),
    "transfer": ("ministry", {"ministry": "me", "reason": "소관"}),
    "answer": ("ministry", {"department": "과", "signatory": "장관", "answer": "답"}),
    "plan": ("ministry", {"milestones": [STEP], "reason": "변경"}),
    "milestones/1/reports": ("ministry", {"status": "completed", "report": "끝", "evidence": ["https://example.org/"]}),
    "milestones/1/delay": ("ministry", {"endsOn": "2027-06-30", "reason": "예산"}),
    "completion": ("ministry", {"summary": "끝", "evidence": ["https://example.org/"]}),
    "discontinuation": ("ministry", {"reason": "예산"}),
}
WHOLE = [b"", b"null", b"true", b"1", b'"x"', b"[]", b"{}", b"[{}]", b"{\"a\":", b"\xff\xfe", b"{\"reason\":\"\\ud800\"}"]
VALUES = [
    0, -1, 1.5, 2**63, -(2**63) - 1, 10**400, True, "", " ", "\u0000", "\u202e", "\u200b", "x" * 500_001, "\n", "a" + "\u0301" * 40,
    [], {}, [[]], [None], [{}] * 51, ["x"] * 51, ["javascript:alert(1)"], {"a": {"b": []}}, "javascript:alert(1)", "http://example.org/",
    "https://", "https://[", "010-1234-5678", "2026-02-30", "0000-00-00", "10000-01-01", "9999-12-31", "2026-13-01T00:00:00Z",
    "9999-12-31T23:59:60Z", "+292277026596-12-04T15:30:08Z", "none", "chair ",
]


def call(forum, part, body, case=NOWHERE, **headers):
    role, _ = ROUTES[part]
    token = forum.token("hostile-officer", role, "molit" if role == "ministry" else None)
    if part == "plan":
        headers["If-Match"] = '"1"'
    path = f"/v1/cases/{case}/{part}" if part else "/v1/cases"
    return forum.call("PUT" if part == "plan" else "POST", path, token, body, headers=headers)


def places(node, path=()):
    """The paths of everything in a body."""
    if path:
        yield path
    for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield from places(value, (*path, key))


def replaced(body, path, value):
    changed = copy.deepcopy(body)
    node = changed
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value
    return changed


@pytest.mark.parametrize("part", ROUTES)
def test_hostile_bodies_are_refused_and_are_no_fault_of_the_forum(forum, part):
    _, right = ROUTES[part]
    check_problem(call(forum, part, right), 404)
    for body in WHOLE:
        check_problem(call(forum, part, body), 400, 422)
    for path in places(right):
        for value in VALUES:
            answer = call(forum, part, replaced(right, path, value))
            # 404: the value is right there.
            assert answer.status_code in (400, 404, 413, 422), f"{path} {str(value)[:60]}: {answer.status_code} {answer.text}"
            check_problem(answer, answer.status_code)
    for tag in ("", "*", '""', '"x"', 'W/"1"', '"99999999999999999999"', "1"):
        if part != "plan":
            check_problem(call(forum, part, right, **{"If-Match": tag}), 404, 412)
    assert forum.is_ready("referral")


@pytest.mark.parametrize("number", ["0", "-1", "x", "1.0", "%00", "9" * 30, "１"])
def test_what_is_no_number_of_a_milestone_is_none(forum, number):
    officer = forum.token("hostile-officer", "ministry", "molit")
    answer = forum.post(f"/v1/cases/{NOWHERE}/milestones/{number}/delay", officer, ROUTES["milestones/1/delay"][1])
    check_problem(answer, 404, 400)


def test_strange_texts_that_are_allowed_come_back_as_they_were_meant(forum):
    proposal = forum.open_vote(yes_bar=0, title="이상한 글")
    forum.cast_until_taken(proposal, forum.token("steady-voter"))
    case = forum.await_case(proposal)["id"]
    text = "\U0001f468\u200d\U0001f469\u200d\U0001f467 <b>&amp;</b> '; DROP TABLE referral_case; -- \\u0041 ✓\n\t둘째"
    members = [{"name": "가\u1100\u1161", "capacity": "chair"}, {"name": "이", "capacity": "expert", "conflict": f"  {text} "}]
    record = forum.act(case, "members", {"members": members}, "committee")["record"]
    assert record["members"][0]["name"] == "가가" and record["members"][1]["conflict"] == text
    far = forum.act(case, "session", {"name": "제1차", "meetsAt": "9999-12-31T23:59:59.999Z"}, "committee")
    assert far["record"]["session"]["meetsAt"] == "9999-12-31T23:59:59.999Z"
    early = {"heldAt": "0001-01-01T00:00:00Z", "attendance": [{"capacity": "chair", "present": 1, "absent": 0}], "minutes": text}
    forum.act(case, "deliberation", early, "committee")
    read = forum.get(f"/v1/cases/{case}").json()["record"]["deliberations"][0]
    assert read["minutes"] == text and read["heldAt"].startswith("0001-01-01T00:00:00")
    entries = forum.items(f"/v1/cases/{case}/timeline")
    assert [entry["type"].split(".")[-2] for entry in entries] == ["received", "members-assigned", "scheduled", "deliberated"]
