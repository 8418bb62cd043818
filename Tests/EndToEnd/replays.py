"""`forumctl replay`, and what it says held against the input by other code than its own."""

import gzip
import json
import os
import subprocess
import tempfile
from pathlib import Path

from forum import CHECKOUT

PETITIONS = CHECKOUT / "deploy/demonstration/petitions.jsonl.gz"


def petitions():
    with gzip.open(PETITIONS, "rt", encoding="utf-8") as file:
        return {row["number"]: row for row in map(json.loads, file)}


class Replay:
    """One replay, in the background until `figures` is asked for."""

    def __init__(self, forum, seed, scale, connections=64, reject=0.05, window=None):
        self.forum, self.scale, self.bar, self.reject = forum, scale, 200_000 // scale, reject
        self.before = {line["proposal"] for line in tally_lines(forum)}
        self.folder = Path(tempfile.mkdtemp(prefix="replay-", dir=forum.state))
        self.output = open(self.folder / "output", "w+")
        arguments = ["replay", str(PETITIONS), "--scale", str(scale), "--seed", str(seed)]
        arguments += ["--connections", str(connections), "--json", str(self.folder / "figures.json")]
        arguments += ["--mail-directory", str(forum.mail_folder), "--reject", str(reject)]
        arguments += ["--window", str(window)] if window else []
        self.process = subprocess.Popen(
            [str(forum.state / "bin/forumctl"), *arguments],
            env=forum.environment | {"PATH": os.environ["PATH"]},
            stdout=self.output,
            stderr=subprocess.STDOUT,
        )

    @property
    def is_running(self):
        return self.process.poll() is None

    def text(self):
        self.output.flush()
        return (self.folder / "output").read_text(errors="replace")

    def stop(self):
        if self.is_running:
            self.process.kill()
        self.process.wait()
        self.output.close()

    def figures(self, seconds=420):
        """Waits for the end, which must be a good one."""
        try:
            code = self.process.wait(timeout=seconds)
        finally:
            self.stop()
        assert code == 0, f"forumctl replay ends with {code}:\n{self.text()[-6000:]}"
        return json.loads((self.folder / "figures.json").read_text())

    def tallies(self):
        """{petition: (proposal, yes, no)} of this replay."""
        return {
            int(line["source"]): (line["proposal"], line["yes"], line["no"])
            for line in tally_lines(self.forum)
            if line["source"] and line["proposal"] not in self.before
        }

    def check(self, figures):
        """Every figure against the petitions themselves. The tallies."""
        input_rows = petitions()
        tallies = self.tallies()
        rejected = set(input_rows) - set(tallies)
        assert len(rejected) == round(self.reject * len(input_rows)), f"rejected: {sorted(rejected)}"
        for number, (proposal, yes, no) in tallies.items():
            assert yes + no == input_rows[number]["agreements"] // self.scale, f"petition {number}, proposal {proposal}"
        counted = sum(yes + no for _, yes, no in tallies.values())
        over = {number for number, (_, yes, _) in tallies.items() if yes > self.bar}
        repeats = int(counted * 0.02)
        assert figures["proposals"] == len(input_rows)
        assert figures["ballots"]["counted"] == counted
        assert figures["ballots"]["sent"] == figures["ballots"]["accepted"] == counted + repeats
        assert figures["ballots"]["duplicates"] == repeats
        assert figures["ballots"]["rejected"] == 0
        assert figures["lost"] == 0
        assert figures["referred"] == len(over)
        proposals = {proposal: number for number, (proposal, _, _) in tallies.items()}
        cases = [case for case in self.forum.items("/v1/cases") if case["proposal"] in proposals]
        assert sorted(proposals[case["proposal"]] for case in cases) == sorted(over)
        assert all(case["ministry"] for case in cases)
        return tallies


def tally_lines(forum):
    output = forum.forumctl("tally", "--json").stdout
    return [json.loads(line) for line in output.splitlines()]
