"""The main job: petitions become proposals, are voted on, and those over the bar are referred; and all figures agree."""

import email
import email.policy
import re

import pytest
from ballots import check_the_count
from replays import Replay


@pytest.fixture(scope="module")
def replayed(forum):
    replay = Replay(forum, seed=2019, scale=500 if forum.broker != "embedded" else 1000)
    figures = replay.figures()
    return replay, figures


def test_a_replay_ends_well_and_every_figure_agrees_with_the_petitions(replayed):
    replay, figures = replayed
    replay.check(figures)
    assert 3_000 <= figures["ballots"]["counted"] <= 10_000


def test_a_replay_with_a_tenth_rejected_goes_on_to_the_results_of_its_votes(forum, replayed):
    replay = Replay(forum, seed=2017, scale=5_000, reject=0.1, window=60)
    tallies = replay.check(replay.figures())
    for proposal, yes, no in tallies.values():
        vote = forum.vote(proposal)
        assert (vote["state"], vote["tally"]["yes"], vote["tally"]["no"]) == ("closed", yes, no)
        assert vote["carried"] == (yes > replay.bar)


def test_tallies_stored_ballots_and_log_say_the_same(forum, replayed):
    check_the_count(forum)


def test_the_pages_show_the_votes(forum, replayed):
    replay, _ = replayed
    largest = sorted(replay.tallies().values(), key=lambda row: -row[1])[:5]
    for proposal, yes, _ in largest:
        page = forum.get(f"/proposals/{proposal}")
        assert page.status_code == 200
        assert page.headers["Content-Type"].startswith("text/html")
        shown = {int(number.replace(",", "")) for number in re.findall(r"\d[\d,]*", page.text)}
        assert yes in shown, f"the page of {proposal} does not show {yes}"
    for language in ("ko", "en"):
        page = forum.get(f"/?lang={language}")
        assert page.status_code == 200
        assert re.search(rf"<html[^>]*\blang=\"?{language}", page.text)


def test_authors_are_written_to_by_mail(forum, replayed):
    replay, figures = replayed
    addressees = []
    for file in forum.mail_folder.glob("*.eml"):
        message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        assert message["Subject"] and message["From"] and message["Date"] and message["Message-ID"], file
        addressees += re.findall(r"proposer-(\d+)@example\.org", message["To"] or "")
    # One at least for every proposal: it was rejected, or accepted.
    assert len(set(addressees)) == figures["proposals"]


def test_a_referred_task_is_shown_as_assigned_to_its_ministry(forum, replayed):
    replay, _ = replayed
    cases = {case["proposal"]: case for case in forum.items("/v1/cases")}
    referred = [row[0] for row in replay.tallies().values() if row[0] in cases]
    assert referred
    for proposal in referred:
        assert forum.get(f"/v1/proposals/{proposal}").json()["state"] == "assigned"
        slug = cases[proposal]["ministry"]["slug"]
        assert cases[proposal]["id"] in {case["id"] for case in forum.items(f"/v1/cases?ministry={slug}")}
