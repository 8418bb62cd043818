"""Similar proposals as somebody types: milliseconds over HTTP, with 20,000 proposals made of real petitions."""

import gzip
import http.client
import json
import random
import re
import threading
import time
import uuid
from itertools import chain
from pathlib import Path

import petitions
from report import Result
from system import Failed, System

PROPOSALS = 20_000
SEARCHES = 1_000
# As many as intake lets in at once.
WRITERS = 4
# What one would write without thinking of an index; so slow that a few must do.
PLAIN_SEARCHES = 5
PLAIN = """
SELECT title FROM intake.proposal ORDER BY trigram.similarity(concat_ws(' ', title, summary, body), {text}) DESC LIMIT 5;
"""
TITLE, SUMMARY, BODY = 80, 300, 2_000


def similar(system: System, scale: int) -> Result:
    """Milliseconds until the five most similar of 20,000 proposals are there, as one types and before submission."""
    file, what = petitions.file(system.state)
    source = random.Random(2018)
    written = texts(file)
    system.fresh()
    fill(system, proposals(written, PROPOSALS // scale, source))
    system.start("intake")
    await_common_trigrams(system)
    token = system.forumctl("token", "--subject", "writer", "--lifetime", "86400").strip()
    result = Result("similar", f"{PROPOSALS // scale} proposals of sentences of {what}")
    for stage, typed in STAGES.items():
        asked = [typed(source.choice(written)) for _ in range(SEARCHES // scale)]
        result.add(stage, **figures(system, token, asked, 1))
    result.add(f"{BEFORE}, {WRITERS} at once", **figures(system, token, asked, WRITERS))
    check(system, token, written[:50])
    plain = [plain_search(system, source.choice(written)) for _ in range(PLAIN_SEARCHES)]
    result.add("similarity() of every proposal, in psql", **{"searches": len(plain), "p50 ms": percentile(plain, 50)})
    result.compare("similarity() of every proposal, in psql", BEFORE, "p50 ms")
    return result


def texts(file: Path) -> list[tuple[str, str]]:
    """Title and content of each petition, without what a proposal may not have."""
    with gzip.open(file, "rt") as lines:
        read = [json.loads(line) for line in lines]
    return [(plain(petition["title"])[:TITLE], plain(petition["content"])) for petition in read]


def plain(text: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text)


def proposals(written: list[tuple[str, str]], count: int, source: random.Random) -> list[tuple[str, str]]:
    """Each petition as it is, then mixtures of two: the words are as frequent as in the real ones."""
    sentences = [re.split(r"(?<=[.?!]) +", content) for _, content in written]
    made = list(written)
    while len(made) < count:
        one, other = (source.randrange(len(written)) for _ in range(2))
        words = [written[index][0].split() for index in (one, other)]
        title = words[0][: len(words[0]) // 2] + words[1][len(words[1]) // 2 :]
        parts = [source.sample(sentences[index], (len(sentences[index]) + 1) // 2) for index in (one, other)]
        made.append((" ".join(title) or "제안", " ".join(chain(*parts))))
    return [(title[:TITLE] or "제안", content[:BODY]) for title, content in made[:count]]


def fill(system: System, made: list[tuple[str, str]]) -> None:
    def escaped(text: str) -> str:
        return text.replace("\\", "\\\\")

    rows = (
        f"{uuid.uuid4()}\t{uuid.uuid4()}\t{escaped(title)}\t{escaped(content[:SUMMARY])}\t{escaped(content)}"
        "\tjobs\tsubmitted\tnow\tnow\n"
        for title, content in made
    )
    columns = "id, author, title, summary, body, category, state, state_since, submitted_at"
    system.call(
        "psql", input=f"COPY intake.proposal ({columns}) FROM STDIN;\n{''.join(rows)}\\.\nVACUUM ANALYZE;\n", seconds=1_800
    )


def await_common_trigrams(system: System) -> None:
    """intake learns them when it starts."""
    for _ in range(240):
        if int(system.sql("SELECT count(*) FROM intake.common_trigram;")[0][0]) > 0:
            system.call("psql", input="ANALYZE intake.common_trigram;")
            return
        time.sleep(0.5)
    raise Failed("intake does not learn what texts have in common")


BEFORE = "before submission: title, summary, body"
STAGES = {
    "half of a title": lambda text: {"title": text[0][: max(len(text[0]) // 2, 4)]},
    "a title": lambda text: {"title": text[0]},
    "title and 300 characters": lambda text: {"title": text[0], "summary": text[1][-SUMMARY:]},
    BEFORE: lambda text: {"title": text[0], "summary": text[1][:SUMMARY], "body": text[1][:BODY]},
}


def figures(system: System, token: str, asked: list[dict[str, str]], writers: int) -> dict[str, float]:
    taken: list[float] = []

    def write(own: list[dict[str, str]]) -> None:
        connection = connect(system)
        for typed in own:
            began = time.monotonic()
            search(connection, token, typed)
            taken.append((time.monotonic() - began) * 1e3)
        connection.close()

    threads = [threading.Thread(target=write, args=(asked[writer::writers],)) for writer in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(taken) != len(asked):
        raise Failed(f"{len(asked) - len(taken)} of {len(asked)} searches have no answer")
    return {"searches": len(taken), **{f"p{share} ms": percentile(taken, share) for share in (50, 95, 99)}}


def connect(system: System) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", system.port_base + 1, timeout=30)


def search(connection: http.client.HTTPConnection, token: str, typed: dict[str, str]) -> list[dict]:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    connection.request("POST", "/v1/proposals/similar", json.dumps(typed).encode(), headers)
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise Failed(f"{answer.status}: {body.decode()}")
    return json.loads(body)["items"]


def check(system: System, token: str, written: list[tuple[str, str]]) -> None:
    """Who hands in what is there already is shown it; under another title, it or a mixture that holds its text."""
    connection = connect(system)
    for title, content in written:
        if len(content) < SUMMARY:  # some have only a title
            continue
        same = search(connection, token, {"title": title, "body": content[:BODY]})
        if not same or same[0]["score"] != 1:
            raise Failed(f"the proposal {title} is not found by its own text: {same}")
        other = search(connection, token, {"title": "다른 제목입니다", "body": content[:BODY]})
        if not other or other[0]["score"] < 0.5:
            raise Failed(f"the text of {title} is not found under another title: {other}")
    connection.close()


def plain_search(system: System, text: tuple[str, str]) -> float:
    quoted = "'" + " ".join([text[0], text[1][:BODY]]).replace("'", "''") + "'"
    output = system.call("psql", input=f"\\timing on\n{PLAIN.format(text=quoted)}")
    return float(re.findall(r"Time: ([0-9.]+) ms", output)[-1])


def percentile(values: list[float], share: int) -> float:
    ordered = sorted(values)
    return round(ordered[min(len(ordered) * share // 100, len(ordered) - 1)], 1)
