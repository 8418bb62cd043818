"""`forumctl load` and `forumctl fill`: what they say held against the count, the log and the journal by other code."""

import base64
import gzip
import json
import uuid
from collections import Counter

import pytest
from ballots import check_the_count, read_all
from forum import eventually

RATE, SECONDS = 120, 5


class Run:
    """One `forumctl load` on two votes of its own."""

    def __init__(self, forum, folder):
        self.proposals = [forum.open_vote(title=f"부하 {number}", subject=f"load-{number}") for number in range(2)]
        self.journal = folder / "journal"
        self.before = forum.count()
        arguments = ["load", "--proposal", ",".join(self.proposals), "--rate", str(RATE), "--duration", str(SECONDS)]
        arguments += ["--connections", "32", "--hostile", "0.1", "--repeats", "0.2", "--no", "0.3", "--each"]
        arguments += ["--journal", str(self.journal), "--json", str(folder / "figures.json"), "--url", forum.url]
        result = forum.forumctl(*arguments, check=False)
        assert result.returncode == 0, result.stdout + result.stderr
        self.output = result.stdout
        self.figures = json.loads((folder / "figures.json").read_text())
        self.lines = [json.loads(line) for line in self.journal.read_text().splitlines()]


@pytest.fixture(scope="module")
def run(forum, tmp_path_factory):
    return Run(forum, tmp_path_factory.mktemp("load"))


def place(receipt):
    data = base64.urlsafe_b64decode(receipt + "=" * (-len(receipt) % 4))
    return int.from_bytes(data[:2], "big"), int.from_bytes(data[2:10], "big")


def first_ballots(lines):
    """{(proposal, voter): line}: of each voter the accepted ballot that stands first in the log."""
    first = {}
    for line in lines:
        if line["outcome"] == "ok":
            key = (line["proposal"], line["voter"])
            if key not in first or place(line["receipt"])[1] < place(first[key]["receipt"])[1]:
                first[key] = line
    return first


def test_the_figures_of_a_run_are_those_of_the_plan_and_of_the_count(forum, run):
    figures = run.figures
    assert figures["sent"] + figures["hostile"]["sent"] == RATE * SECONDS
    assert figures["accepted"] == figures["sent"] and figures["unknown"] == figures["unsent"] == 0
    assert figures["hostile"]["refused"] == figures["hostile"]["sent"] > 20 and figures["hostile"]["taken"] == 0
    assert figures["lost"] == figures["double"] == 0 and figures["disagreements"] == []
    latency = figures["latency_ms"]
    assert 0 < latency["p50"] <= latency["p95"] <= latency["p99"] <= latency["max"]
    tallies = [forum.vote(proposal)["tally"] for proposal in run.proposals]
    assert sum(tally["yes"] + tally["no"] for tally in tallies) == figures["voters"] < figures["accepted"]
    after = forum.count()
    duplicates = after["ballots"]["duplicate"] - run.before["ballots"]["duplicate"]
    assert duplicates == figures["accepted"] - figures["voters"]
    assert after["ballots"]["rejected"] == run.before["ballots"]["rejected"]
    check_the_count(forum)


def test_the_journal_alone_gives_the_tallies_and_its_receipts_are_places_in_the_log(forum, run):
    assert len(run.lines) == run.figures["sent"]
    assert all(line["outcome"] == "ok" and line["status"] == 202 for line in run.lines)
    counted = Counter((line["proposal"], line["choice"]) for line in first_ballots(run.lines).values())
    for proposal in run.proposals:
        tally = forum.vote(proposal)["tally"]
        assert (tally["yes"], tally["no"]) == (counted[proposal, "yes"], counted[proposal, "no"])
    log = {
        (partition, offset): value for partition, records in read_all(forum).items() for offset, _, value, _ in records
    }
    for line in run.lines:
        value = log[place(line["receipt"])]
        assert value[2:18] == uuid.UUID(line["proposal"]).bytes
        assert value[50] == (1 if line["choice"] == "yes" else 0)
        assert base64.urlsafe_b64encode(value[51:67]).rstrip(b"=").decode() == line["nonce"]


def check_journal(forum, path, lines):
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return forum.forumctl("load", "--check-journal", str(path), "--url", forum.url, check=False)


def test_a_journal_can_be_checked_later(forum, run, tmp_path):
    result = check_journal(forum, tmp_path / "journal", run.lines)
    assert result.returncode == 0, result.stdout + result.stderr
    assert f"each of {len(run.lines)} receipts is in the count" in result.stdout


def lost(line):
    return {**line, "voter": f"nobody-{uuid.uuid4()}"}


def another_choice(line):
    return {**line, "choice": "no" if line["choice"] == "yes" else "yes"}


def another_place(line):
    partition, offset = place(line["receipt"])
    data = partition.to_bytes(2, "big") + (offset + 1_000_000).to_bytes(8, "big") + bytes(16)
    return {**line, "receipt": base64.urlsafe_b64encode(data).rstrip(b"=").decode()}


def no_receipt(line):
    return {**line, "receipt": "x y\r\nz"}


@pytest.mark.parametrize("forge", [lost, another_choice, another_place, no_receipt])
def test_a_line_that_is_not_what_the_count_has_is_named(forum, run, tmp_path, forge):
    votes = Counter((line["proposal"], line["voter"]) for line in run.lines)
    index = next(i for i, line in enumerate(run.lines) if votes[line["proposal"], line["voter"]] == 1)
    forged = forge(run.lines[index])
    result = check_journal(forum, tmp_path / "journal", [*run.lines[:index], forged, *run.lines[index + 1 :]])
    assert result.returncode == 1, result.stdout + result.stderr
    shown = [line for line in result.stdout.splitlines() if line]
    assert len(shown) == 1 and forged["voter"] in shown[0], result.stdout
    if forge is not no_receipt:
        assert forged["receipt"] in shown[0]


def test_citizens_who_voted_before_are_not_taken_for_counted(forum, run, tmp_path):
    arguments = ["load", "--proposal", run.proposals[0], "--rate", "50", "--duration", "0.2", "--repeats", "0"]
    arguments += ["--seed", "77", "--url", forum.url, "--patience", "20"]
    assert forum.forumctl(*arguments, check=False).returncode == 0
    result = forum.forumctl(*arguments, check=False)
    assert result.returncode == 1, result.stdout + result.stderr
    assert "another ballot of the voter counts" in result.stdout and "load-77-0" in result.stdout


def test_tokens_made_beforehand_and_a_profile_of_steps(forum, run, tmp_path):
    tokens = tmp_path / "tokens"
    forum.forumctl("load", "--make-tokens", str(tokens), "--citizens", "70", "--seed", "8")
    assert len(tokens.read_text().split()) == 70
    arguments = ["load", "--tokens", str(tokens), "--proposal", run.proposals[1], "--profile", "step", "--steps", "3"]
    arguments += ["--base", "10", "--rate", "50", "--duration", "1.5", "--warm", "--url", forum.url]
    arguments += ["--json", str(tmp_path / "figures.json")]
    few = forum.forumctl(*arguments, "--skip", "60", check=False)
    assert few.returncode == 1 and "holds 70 tokens" in few.stderr
    result = forum.forumctl(*arguments, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    figures = json.loads((tmp_path / "figures.json").read_text())
    assert [phase["rate"] for phase in figures["phases"]] == [10, 30, 50]
    assert sum(phase["accepted"] for phase in figures["phases"]) == figures["accepted"] == 45


def test_a_fill_is_counted_as_its_truth_says(forum, tmp_path):
    petitions = [
        {"number": 900_000 + index, "category": "기타", "agreements": count, "title": "가짜", "content": "표"}
        for index, count in enumerate([1_500, 700, 1, 0])
    ]
    file = tmp_path / "petitions.jsonl.gz"
    with gzip.open(file, "wt", encoding="utf-8") as output:
        output.writelines(json.dumps(petition) + "\n" for petition in petitions)
    before = forum.count()
    arguments = ["fill", str(file), "--repeats", "0.1", "--foreign", "0.05", "--bar", "1000000"]
    refused = forum.forumctl(*arguments, check=False)
    assert refused.returncode == 64 and "forged" in refused.stderr
    truth = {}

    def fill(*extra):
        paths = [tmp_path / "truth", tmp_path / "figures.json"]
        result = forum.forumctl(*arguments, *extra, "--truth", str(paths[0]), "--json", str(paths[1]))
        assert "WARNING" in result.stderr
        for line in paths[0].read_text().splitlines():
            proposal, yes, no = line.split("\t")
            old = truth.get(proposal, (0, 0))
            truth[proposal] = (old[0] + int(yes), old[1] + int(no))
        return json.loads(paths[1].read_text())

    seed = str(uuid.uuid4().int % 2**32)
    figures = [fill("--open", "--seed", seed), fill("--into-existing-votes", "--seed", "5", "--order", "by-petition")]
    assert figures[0]["votes"] == figures[1]["votes"] == 3 and figures[0]["controls"] == 36
    for figure in figures:
        assert figure["counted"] == 2_201
        assert figure["records"] == figure["counted"] + figure["duplicate"] + figure["rejected"]
    for proposal, (yes, no) in truth.items():
        forum.await_tally(proposal, yes, no)

    def grown(name):
        return forum.count()["ballots"][name] - before["ballots"][name]

    for name in ("counted", "duplicate", "rejected"):
        wanted = sum(figure[name] for figure in figures)
        eventually(lambda: grown(name) == wanted, 30, lambda: f"{name}: {grown(name)} instead of {wanted}")
    again = forum.forumctl(*arguments, "--open", "--seed", seed, check=False)
    assert again.returncode == 1 and "are there already" in again.stderr
    check_the_count(forum)
