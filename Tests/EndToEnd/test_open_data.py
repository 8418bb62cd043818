"""Open data: files of any length in little memory, feeds that readers of feeds read, statistics, and custody with its places in Kafka."""

import csv
import io
import json
import socket
import threading
import uuid
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree

import feedparser
import pytest
import requests
from confluent_kafka import Consumer, TopicPartition
from forum import eventually, in_seconds

ROWS = 1_000_000
# What the portal may take beside what it has anyway.
GROWTH_KIB = 50 << 10
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module")
def task(forum):
    """A task that went to a ministry."""
    proposal = forum.propose("open-data", title="=밤 버스, \"심야\"")
    forum.select(proposal, yes_bar=0)
    forum.await_vote(proposal, "open")
    assert forum.cast(proposal, forum.token(f"voter-{uuid.uuid4()}")).status_code == 202
    eventually(lambda: forum.get("/v1/open-data/cases").json()["items"], 40, "the Committee has a case")
    eventually(lambda: holds(forum, proposal)[-1]["holder"] == "committee", 40, "the Committee has this one")
    return proposal


def holds(forum, proposal):
    answer = forum.get(f"/v1/open-data/tasks/{proposal}/custody")
    return answer.json()["holds"] if answer.ok else [{"holder": None}]


def test_the_chain_of_custody_leads_to_the_records_in_kafka(forum, task):
    chain = holds(forum, task)
    assert [hold["holder"] for hold in chain][-2:] == ["voters", "committee"]
    assert [hold["step"] for hold in chain][-5:] == ["review", "discussion", "preparation", "vote", "committee"]
    assert chain[-1]["dueAt"] and not chain[-1]["late"] and chain[-1]["lateDays"] == 0
    for hold, following in zip(chain, chain[1:]):
        assert hold["endedBy"] == following["begunBy"]
    consumer = Consumer({"bootstrap.servers": forum.bootstrap, "group.id": f"custody-{uuid.uuid4()}"})
    for hold in chain:
        place = hold["begunBy"]
        consumer.assign([TopicPartition(place["topic"], place["partition"], place["offset"])])
        record = eventually(lambda: consumer.poll(1.0), 20, "the record is there")
        headers = dict(record.headers())
        assert headers["ce_id"].decode() == place["event"] and headers["ce_type"].decode() == place["type"]
    consumer.close()


def test_pages_of_other_sites_may_read_open_data_and_nothing_else(forum, task):
    origin = {"Origin": "https://news.example"}
    answer = forum.get("/v1/open-data/tasks?limit=1", headers=origin)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "Access-Control-Allow-Credentials" not in answer.headers
    again = forum.get("/v1/open-data/tasks?limit=1", headers=origin | {"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304 and not again.content
    asked = origin | {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "if-none-match"}
    for path in ("tasks", "actions", "downloads/tasks.csv", "statistics"):
        preflight = forum.call("OPTIONS", f"/v1/open-data/{path}", headers=asked)
        assert preflight.status_code == 204 and preflight.headers["Access-Control-Allow-Origin"] == "*"
        assert "authorization" not in preflight.headers["Access-Control-Allow-Headers"].lower()
    for path in ("/v1/proposals", "/v1/actions", "/v1/cases", "/"):
        assert "Access-Control-Allow-Origin" not in forum.get(path, headers=origin).headers


def test_lists_are_read_page_by_page_by_their_links(forum, task):
    path, seen = "/v1/open-data/events?limit=3", []
    while path and len(seen) < 200:
        answer = forum.get(path)
        seen += [item["id"] for item in answer.json()["items"]]
        path = answer.links.get("next", {}).get("url")
    assert len(seen) == len(set(seen)) > 3
    lines = forum.items(f"/v1/open-data/actions?task={task}")
    assert [line["action"] for line in lines] == ["select", "accept", "submit"]
    assert "actor" not in lines[-1] and lines[0]["reason"] == "많은 관심"


def test_a_table_is_safe_from_formulas_and_can_be_had_back(forum, task):
    answer = forum.get("/v1/open-data/downloads/tasks.csv?bom=true")
    assert answer.headers["Content-Type"].startswith("text/csv") and answer.content.startswith(b"\xef\xbb\xbf")
    rows = {row["id"]: row for row in csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""))}
    cell = rows[task]["title"]
    assert cell.startswith("'=") and cell[1:] == "=밤 버스, \"심야\""
    assert not any(value[:1] in tuple("=+-@\t\r") for row in rows.values() for value in row.values())
    lines = forum.get("/v1/open-data/downloads/tasks.jsonl").text.splitlines()
    assert next(line for line in map(json.loads, lines) if line["id"] == task)["title"] == cell[1:]
    log = forum.get(f"/v1/open-data/downloads/actions.csv?task={task}").text
    assert log.startswith("number,at,role,") and len(log.splitlines()) == 4


def test_feeds_are_atom_and_found_on_the_pages(forum, task):
    for path in ("feed", f"tasks/{task}/feed", "offices/committee/feed", "offices/moe/feed?lang=en"):
        answer = forum.get(f"/v1/open-data/{path}")
        assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
        parsed = feedparser.parse(answer.content)
        assert not parsed.bozo and parsed.version == "atom10"
        feed = ElementTree.fromstring(answer.content)
        # RFC 4287, sections 4.1.1 and 4.1.2.
        for element, needed in [(feed, ["id", "title", "updated", "author"])] + [
            (entry, ["id", "title", "updated"]) for entry in feed.findall(f"{ATOM}entry")
        ]:
            assert all(len(element.findall(ATOM + name)) == 1 for name in needed)
            datetime.fromisoformat(element.find(f"{ATOM}updated").text)
            assert len([link for link in element.findall(f"{ATOM}link") if link.get("rel") == "alternate"]) == 1
        ids = [entry.id for entry in parsed.entries]
        assert len(ids) == len(set(ids)) and all(uuid.UUID(id) for id in ids)
        assert forum.get(f"/v1/open-data/{path}", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    entries = feedparser.parse(forum.get(f"/v1/open-data/tasks/{task}/feed").content).entries
    events = forum.items(f"/v1/open-data/events?task={task}")
    assert [entry.id for entry in entries] == [f"urn:uuid:{event['id']}" for event in events]
    page = forum.get(f"/proposals/{task}?lang=en").text
    assert f'type="application/atom+xml" title="Feed of what is new (Atom)" href="/v1/open-data/tasks/{task}/feed?lang=en"' in page
    assert 'href="/v1/open-data/feed?lang=ko"' in forum.get("/?lang=ko").text


def test_statistics_are_in_json_in_a_table_and_on_a_page(forum, task):
    year = datetime.now().year
    indicators = {item["name"]: item for item in forum.get("/v1/open-data/statistics").json()["indicators"]}
    submitted = next(figure["value"] for figure in indicators["proposals-submitted"]["figures"] if "by" not in figure)
    assert submitted >= 1 and "pseudonyms" in indicators["participants"]["definition"]["english"]
    rows = list(csv.DictReader(io.StringIO(forum.get(f"/v1/open-data/downloads/statistics.csv?year={year}").text)))
    assert {row["indicator"] for row in rows} <= set(indicators)
    assert forum.get("/v1/open-data/statistics?year=1").status_code == 400
    empty = forum.get("/v1/open-data/statistics?until=2018-01-01").json()["indicators"]
    assert next(item for item in empty if item["name"] == "proposals-submitted")["figures"][0]["value"] == 0
    for language, title in (("ko", "기한 안에 답한 비율"), ("en", "Answered in time")):
        page = forum.get(f"/statistics?year={year}&lang={language}").text
        assert title in page and f'<html lang="{language}">' in page
    assert forum.get("/statistics?year=x").status_code == 400


def memory(forum, field):
    """KiB of the portal."""
    text = Path(f"/proc/{forum.process('portal')}/status").read_text()
    return int(next(line for line in text.splitlines() if line.startswith(field)).split()[1])


def under_way(forum):
    figures = forum.get("/metrics", base=forum.direct("portal")).text
    return float(next(line for line in figures.splitlines() if line.startswith("forum_portal_downloads ")).split()[1])


@pytest.fixture
def many(forum):
    """A million events of one task."""
    proposal = uuid.uuid4()
    forum.sql(
        f"INSERT INTO portal.task (proposal, is_public, title, state, chain_edition) VALUES ('{proposal}', true, 'many', 'open', 1000);"
        "INSERT INTO portal.history (event_id, proposal, kind, at, note, yes, no, type, topic, partition, record_offset) "
        f"SELECT gen_random_uuid(), '{proposal}', 'opened', '2019-01-01'::timestamptz + number * interval '1 second', '한 줄의 설명, ' || number, "
        f"number, -1, 'kr.forum.vote.opened.v1', 'forum.votes', 0, number FROM generate_series(1, {ROWS}) AS number"
    )
    forum.sql("ANALYZE portal.history")
    yield proposal
    forum.sql(f"DELETE FROM portal.history WHERE proposal = '{proposal}'; DELETE FROM portal.task WHERE proposal = '{proposal}'")


@pytest.mark.timeout(300)
def test_a_million_rows_take_little_memory_and_go_as_slowly_as_their_reader(forum, many):
    path = f"/v1/open-data/downloads/events.csv?task={many}"
    # Warmed up: what the process takes once for all is not what a file takes.
    forum.get("/v1/open-data/downloads/events.csv?until=2018-02-01")
    Path(f"/proc/{forum.process('portal')}/clear_refs").write_text("5")
    before = memory(forum, "VmRSS")
    # Somebody who reads next to nothing, by the way in behind nginx.
    slow = socket.socket()
    slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 << 10)
    slow.connect(("127.0.0.1", forum.port_base + 7))
    slow.sendall(f"GET {path} HTTP/1.1\r\nHost: forum\r\n\r\n".encode())
    assert slow.recv(4096).startswith(b"HTTP/1.1 200")
    done = threading.Event()
    trickle = threading.Thread(target=lambda: [slow.recv(8 << 10) for _ in iter(lambda: done.wait(0.5), True)], daemon=True)
    trickle.start()
    eventually(lambda: under_way(forum) == 1, 20, "nothing else is under way")

    rows = 0
    with requests.get(forum.url + path, stream=True, timeout=60) as answer:
        assert answer.status_code == 200
        for piece in answer.iter_content(1 << 16):
            # A piece may end between CR and LF.
            rows += piece.count(b"\n")
    assert rows == ROWS + 1
    growth = memory(forum, "VmHWM") - before
    print(f"the portal had {before} KiB, and {growth} KiB more for two downloads of {ROWS} rows")
    assert growth < GROWTH_KIB

    eventually(lambda: under_way(forum) == 1, 20, "the slow one is where its reader is")
    done.set()
    trickle.join()
    slow.close()
    eventually(lambda: under_way(forum) == 0, 60, "a client that has left ends its download")
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'forum_portal' AND state = 'idle in transaction'"
    eventually(lambda: forum.sql(waiting) == [["0"]], 20, "and its snapshot")


@pytest.mark.timeout(300)
def test_only_so_many_files_are_sent_at_a_time_and_a_stopped_portal_leaves_no_half_for_a_whole(whole_forum, many):
    forum = whole_forum
    path = f"/v1/open-data/downloads/events.jsonl?task={many}"
    held = [requests.get(forum.url + path, stream=True, timeout=60) for _ in range(4)]
    assert [answer.status_code for answer in held] == [200] * 4
    refused = forum.get(path)
    assert refused.status_code == 503 and int(refused.headers["Retry-After"]) > 0
    assert refused.headers["Content-Type"] == "application/problem+json"
    for answer in held[1:]:
        answer.close()
    forum.service("kill", "portal")
    with pytest.raises(requests.exceptions.RequestException):
        for _ in held[0].iter_content(1 << 16):
            pass
