"""A transaction a vote, the way of a web application with an ORM: the ballot, and the tally of its proposal plus one."""

import re
from dataclasses import dataclass

from counting import FILLED
from system import HERE, Failed, System


@dataclass(frozen=True)
class Run:
    rate: float
    """Votes a second."""
    latency: float
    """Mean milliseconds a vote."""


def votes_each_in_a_transaction(system: System, agreements: dict[str, int], seconds: int, clients: int = 64) -> Run:
    """As many votes as fit into the time, on the same tables and drawn with the petitions' skew.

    Raises Failed unless every tally is the number of its rows afterwards.
    """
    system.call("restore", FILLED)
    votes = system.sql("SELECT number, reference FROM voting.vote")
    weights = {int(number): agreements[reference] for number, reference in votes}
    script = system.work / "transaction.sql"
    script.write_text((HERE / "transaction.sql").read_text().replace("${VOTE}", drawn_vote(weights)))
    said = system.call(
        "pgbench", "--no-vacuum", "--protocol=prepared", f"--client={clients}", "--jobs=2", f"--time={seconds}",
        f"--file={script}", seconds=seconds + 120,
    )  # fmt: skip
    rate = re.search(r"tps = ([\d.]+)", said)
    latency = re.search(r"latency average = ([\d.]+) ms", said)
    if not rate or not latency:
        raise Failed(f"pgbench: {said[-500:]}")
    [[wrong]] = system.sql(
        "SELECT count(*) FROM voting.tally t LEFT JOIN (SELECT vote, count(*) FILTER (WHERE yes) AS yes, "
        "count(*) FILTER (WHERE NOT yes) AS no FROM voting.ballot GROUP BY vote) b ON b.vote = t.vote "
        "WHERE (t.yes, t.no) <> (coalesce(b.yes, 0), coalesce(b.no, 0))"
    )
    if wrong != "0":
        raise Failed(f"{wrong} tallies are not the number of their rows")
    return Run(float(rate[1]), float(latency[1]))


def drawn_vote(weights: dict[int, int]) -> str:
    """Statements of pgbench that set vote, drawn with these weights; the heaviest is compared first."""
    ordered = sorted(weights.items(), key=lambda item: -item[1])
    cases, so_far = [], 0
    for number, weight in ordered:
        so_far += weight
        cases.append(f"WHEN :draw <= {so_far} THEN {number}")
    return f"\\set draw random(1, {so_far})\n\\set vote CASE {' '.join(cases)} END"
