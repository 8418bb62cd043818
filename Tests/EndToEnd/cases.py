"""A task's way from the vote through the Committee and the strategy meeting to a ministry, as those who decide on it go it."""

from datetime import datetime, timedelta, timezone

from forum import eventually, in_seconds


def day(days):
    """A day in Korea, so many from today."""
    return (datetime.now(timezone(timedelta(hours=9))) + timedelta(days=days)).strftime("%Y-%m-%d")


def referred(forum, subject="proposer", category="transport"):
    """A proposal with three yes votes over a bar of two, and its case before the Committee."""
    proposal = forum.propose(subject, category=category)
    forum.select(proposal, 2)
    forum.await_vote(proposal, "open")
    for token in forum.tokens(3):
        forum.cast_until_taken(proposal, token)
    return eventually(
        lambda: next((case for case in forum.items("/v1/cases") if case["proposal"] == proposal), None), 60, "a case"
    )


def not_carried(forum, title="제안 하나", subject="proposer"):
    """A proposal whose vote has closed with one yes vote and without carrying, as referral has heard of it too."""
    proposal = forum.propose(subject, title=title, category="transport")
    forum.select(proposal, 1_000, closes_in=8)
    forum.await_vote(proposal, "open")
    forum.cast_until_taken(proposal, forum.token("steady-voter"))
    forum.await_vote(proposal, "closed", 60)
    heard = f"SELECT FROM referral.known_vote WHERE proposal = '{proposal}' AND closed_at IS NOT NULL"
    eventually(lambda: forum.sql(f"SELECT EXISTS ({heard})") == [["t"]], 30, "referral has heard of its end")
    return proposal


def act(forum, case, deed, role, body, office=None):
    """One step of a case; the case as it is then."""
    method, path = "PUT" if deed == "plan" else "POST", f"/v1/cases/{case['id']}"
    # A plan takes the place of another one, so it says which version of the case it is made for.
    headers = {"If-Match": forum.get(path).headers["ETag"]} if deed == "plan" else {}
    token = forum.token(f"{role}-{office or 'one'}", role, office)
    answer = forum.call(method, f"{path}/{deed}", token, body, headers=headers)
    assert answer.status_code == 200, f"{deed}: {answer.status_code} {answer.text}"
    return answer.json()


def adopted(forum, case):
    """Through Committee and strategy meeting; the case with the ministry in charge."""
    session = {"name": "제12차 정부혁신추진협의회", "meetsAt": in_seconds(60), "place": "세종"}
    act(forum, case, "members", "committee", {"members": [{"name": "김위원", "capacity": "civilian"}]})
    act(forum, case, "session", "committee", session)
    attendance = [{"capacity": "civilian", "present": 9, "absent": 1}]
    record = {"heldAt": in_seconds(-1), "attendance": attendance, "minutes": "찬성", "opinionsFor": ["필요"], "cost": "10억"}
    act(forum, case, "deliberation", "committee", record)
    act(forum, case, "decision", "committee", {"decision": "adopt", "reasons": "시민에게 필요하다."})
    act(forum, case, "agenda", "strategy-meeting", session | {"name": "정부혁신전략회의", "item": 1})
    conclusion = {"outcome": "adopted", "heldAt": in_seconds(-1), "reasons": "추진한다."}
    act(forum, case, "conclusion", "strategy-meeting", conclusion)

    def assigned():
        found = forum.get(f"/v1/cases/{case['id']}").json()
        return found if found["ministry"] else None

    return eventually(assigned, 60, "a ministry in charge")


def carried_out(forum, case):
    """What a ministry does: accepts, answers, plans, reports, is late, and completes."""
    office = case["ministry"]["slug"]

    def does(deed, body):
        return act(forum, case, deed, "ministry", body, office)

    does("acceptance", {"department": "대중교통과"})
    does("answer", {"department": "대중교통과", "signatory": "장관", "answer": "내년부터 운행합니다."})
    milestone = {"title": "시범 운행", "deliverable": "노선도와 시간표", "startsOn": day(0), "endsOn": day(30)}
    does("plan", {"milestones": [milestone]})
    does("milestones/1/delay", {"endsOn": day(40), "reason": "차량 조달"})
    report = {"status": "completed", "report": "운행 중", "evidence": ["https://molit.example/report"]}
    does("milestones/1/reports", report)
    return does("completion", {"summary": "매일 밤 운행", "evidence": ["https://molit.example/done"]})
