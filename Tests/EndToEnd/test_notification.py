"""What people and webhooks are told: over HTTP and mail, and through kill -9 of notification at each of its steps."""

import random
import re
import signal
import time
import uuid

import pytest
import requests
from counters import seeded
from forum import eventually
from notifications import Notifications, Receiver, mails, verify
from standardwebhooks import WebhookVerificationError

pytestmark = pytest.mark.real_kafka

# In the order in which an event, a mail, a delivery and a digest come to them (FailPoints); debug builds have them.
POINTS = (
    "claimed prepared begun fenced told advanced committed reported mail-claimed mail-sent mail-settled "
    "webhook-claimed webhook-sent webhook-settled digests-taken digests-queued"
).split()
RUNS = 30
# What a follower is told of a task until its vote is open.
TOLD = (
    "kr.forum.proposal.accepted.v1", "kr.forum.task.selected.v1", "kr.forum.vote.scheduled.v1", "kr.forum.vote.opened.v1",
)


@pytest.fixture
def notifications(whole_forum):
    """Processes of the test's own; the test stops the system's."""
    own = Notifications(whole_forum)
    yield own
    own.close()


@pytest.fixture
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.close()


def new_citizen(forum, language="ko"):
    name = f"told-{uuid.uuid4()}"
    token, address = forum.token(name), f"{name}@example.org"
    assert forum.call("PUT", "/v1/contact", token, {"email": address, "language": language}).status_code == 204
    return name, token, address


def follow(forum, token, kind, subject, frequency):
    path = f"/v1/follows/{kind}/{subject}"
    eventually(lambda: forum.call("PUT", path, token, {"frequency": frequency}).status_code == 204, 20, path)


def test_a_follower_is_told_and_stops_it_with_one_click(forum):
    name, token, address = new_citizen(forum, "en")
    proposal = forum.propose(title="One click")
    follow(forum, token, "task", proposal, "at-once")
    forum.decide(proposal, "acceptance")
    message = eventually(lambda: mails(forum, address), 20, "the mail came")[0]
    assert "The proposal passed review: One click" in message["Subject"]
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = re.fullmatch(r"<(\S+)>", message["List-Unsubscribe"])[1]
    assert link in message.get_content()
    # A scanner opens it: a page with a button, and nothing has changed.
    page = requests.get(link, timeout=10)
    assert page.status_code == 200 and 'method="post"' in page.text and "form-action 'self'" in page.headers["Content-Security-Policy"]
    assert forum.get("/v1/follows", token).json()["items"][0]["frequency"] == "at-once"
    for _ in range(2):
        answer = requests.post(link, data={"List-Unsubscribe": "One-Click"}, timeout=10, allow_redirects=False)
        assert answer.status_code == 200 and "Set-Cookie" not in answer.headers
    assert forum.get("/v1/follows", token).json()["items"][0]["frequency"] == "inbox"
    middle = len(link) - 20
    for altered in (link[:-1], link[:middle] + ("A" if link[middle] != "A" else "B") + link[middle + 1 :], link.rpartition("/")[0] + "/x"):
        assert requests.post(altered, data={"List-Unsubscribe": "One-Click"}, timeout=10).status_code == 404
    forum.decide(proposal, "selection", {"reason": "많은 관심", "rule": {"yesBar": 5, "referral": "at-once"}})
    inbox = lambda: forum.get("/v1/inbox?lang=en", token).json()
    types = lambda told: sorted(item["type"] for item in told["items"])
    told = eventually(lambda: set(types(seen := inbox())) >= set(TOLD) and seen, 20, "the inbox goes on")
    assert types(told) == sorted(TOLD) and told["unread"] == len(TOLD)
    assert len(mails(forum, address)) == 1
    assert forum.call("PUT", "/v1/inbox/reading", token, {"through": told["items"][0]["id"]}).status_code == 204
    assert inbox()["unread"] == 0
    # What the link says is nobody else's business.
    assert link.rpartition("/")[2] not in forum.log("nginx")


def test_what_a_webhook_gets_is_verified_by_receivers_of_both_kinds(forum, receiver):
    token = forum.token(f"hook-{uuid.uuid4()}")
    made = forum.post("/v1/webhooks", token, {"url": receiver.url, "events": ["kr.forum.vote.closed.v1"]}).json()
    path = f"/v1/webhooks/{made['id']}"
    assert forum.post(f"{path}/ping", token).status_code == 202
    eventually(lambda: len(receiver.received) == 1, 20, "the ping came")
    headers, body = receiver.received[0]
    verify(headers, body, made["secret"], made["publicKey"])
    for changed in ({"webhook-id": "evt_x"}, {"webhook-timestamp": str(int(headers["webhook-timestamp"]) - 360)}):
        with pytest.raises((WebhookVerificationError, AssertionError)):
            verify(headers | changed, body, made["secret"], made["publicKey"])
    with pytest.raises(WebhookVerificationError):
        verify(headers, body + b" ", made["secret"], made["publicKey"])
    rotated = forum.post(f"{path}/rotation", token).json()
    eventually(lambda: forum.post(f"{path}/ping", token).status_code == 202, 20, "the ping before is settled")
    eventually(lambda: len(receiver.received) == 2, 20, "the second ping came")
    for keys in (made, rotated):
        verify(*receiver.received[1], keys["secret"], keys["publicKey"])
    # The same once more, under the same id.
    replayed = headers["webhook-id"]
    assert forum.post(f"{path}/deliveries/{replayed}/replay", token).json()["id"] == replayed
    eventually(lambda: len(receiver.received) == 3, 20, "the replay came")
    assert receiver.received[2][0]["webhook-id"] == replayed and receiver.received[2][1] == body
    assert forum.call("DELETE", path, token).status_code == 204


def make_something_happen(forum, rng, author):
    """Events that there are mails and deliveries about, and that wait for digests."""
    proposal = forum.propose(author, title=f"끊긴 알림 {rng.random()}", category="culture")
    if rng.random() < 0.7:
        forum.decide(proposal, "acceptance")


def age(forum, addresses):
    """Digests are due in the morning: what waits for theirs came yesterday."""
    forum.sql(
        "UPDATE notification.digest_entry SET came_at = came_at - interval '1 day' FROM notification.contact "
        f"WHERE contact.citizen = digest_entry.citizen AND email IN ({', '.join(repr(address) for address in addresses)})"
    )


def column(forum, query):
    return [row[0] for row in forum.sql(query)]


def undone(forum):
    """How much is on its way: not published, not read, or not sent."""
    tables = ("intake.outbox", "moderation.outbox", "notification.outgoing_mail WHERE state = 'pending'")
    tables += ("notification.webhook_delivery WHERE state = 'pending'",)
    return sum(int(column(forum, f"SELECT count(*) FROM {table}")[0]) for table in tables)


@pytest.mark.timeout(600)
def test_a_notification_that_is_killed_at_any_step_loses_nothing_and_repeats_under_the_same_id(notifications, receiver):
    forum = notifications.forum
    author, token, address = new_citizen(forum)
    readers = [new_citizen(forum, "en") for _ in range(RUNS)]
    for _, reader, _ in readers:
        follow(forum, reader, "category", "culture", "daily")
    hook = forum.post("/v1/webhooks", token, {"url": receiver.url, "events": ["*"]}).json()
    proposed = "SELECT id FROM intake.proposal WHERE title LIKE '끊긴 알림 %'"
    before = len(column(forum, proposed))
    make_something_happen(forum, random.Random(0), author)
    eventually(lambda: mails(forum, address), 20, "the first mail came")
    forum.service("stop", "notification")

    points = [POINTS[run % len(POINTS)] for run in range(RUNS)]
    random.Random(0).shuffle(points)
    for seed, (point, (_, _, due)) in enumerate(zip(points, readers)):
        rng = seeded(seed)
        number = 1 if point in ("claimed", "digests-taken", "digests-queued") else rng.randint(1, 3)
        print(f"{point}, {number}")
        age(forum, [due])
        process = notifications.start(f"{point}:{number}:kill")
        end = time.monotonic() + 60
        while not process.has_ended:
            assert time.monotonic() < end, f"the step was not reached: {process.log[-3000:]}"
            make_something_happen(forum, rng, author)
        assert process.process.returncode == -signal.SIGKILL, process.log[-3000:]

    age(forum, [due for _, _, due in readers])
    last = notifications.start()
    # What the dead had claimed is free after a minute; and a process that reads its topics to the end has nothing new to queue.
    deliveries = f"SELECT 'evt_' || event_id FROM notification.webhook_delivery WHERE endpoint = '{hook['id']}'"
    seen = (
        "SELECT proposal FROM notification.notice WHERE type = 'kr.forum.proposal.submitted.v1' AND audience = 'author' "
        "AND title LIKE '끊긴 알림 %'"
    )
    eventually(lambda: len(column(forum, seen)) == len(column(forum, proposed)) - before, 60, "all is read")
    eventually(lambda: undone(forum) == 0, 150, lambda: f"all is sent; {undone(forum)} are on their way: {last.log[-2000:]}", 0.5)
    assert last.terminate() == 0

    # 0 lost, whatever became of each process: what was proposed was told, and what was told came.
    assert set(column(forum, seen)) <= set(column(forum, proposed))
    bodies = receiver.bodies
    assert set(bodies) == set(column(forum, deliveries)) and len(bodies) >= len(column(forum, seen))
    assert all(len(found) == 1 for found in bodies.values()), "a repetition has the same body"
    states = f"SELECT DISTINCT state FROM notification.webhook_delivery WHERE endpoint = '{hook['id']}'"
    assert column(forum, states) == ["delivered"]
    print(f"{len(receiver.received) - len(bodies)} deliveries of {len(bodies)} came again")
    for number, who in enumerate([address, *(due for _, _, due in readers)]):
        queued = column(
            forum, f"SELECT event_id FROM notification.outgoing_mail JOIN notification.contact USING (citizen) WHERE email = '{who}'"
        )
        came = [message["Message-ID"].strip("<>").split(".")[0] for message in mails(forum, who)]
        assert set(came) == set(queued), who
        assert len(queued) >= len(column(forum, seen)) if number == 0 else len(queued) == 1, "one digest for a citizen and a period"
