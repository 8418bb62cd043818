"""Whether a count is exact. A run whose count is not has no figure."""

from dataclasses import dataclass, field

PARTITIONS = 12

Tallies = dict[str, tuple[int, int]]
"""Yes and no by proposal."""


@dataclass(frozen=True)
class Partition:
    base: int
    next: int
    counted: int
    duplicate: int
    rejected: int


@dataclass(frozen=True)
class Truth:
    """What must come out, as the maker of the ballots knows it."""

    tallies: Tallies
    controls: int
    counted: int
    duplicate: int
    rejected: int

    @property
    def records(self) -> int:
        return self.controls + self.counted + self.duplicate + self.rejected


@dataclass(frozen=True)
class Count:
    """What came out, as the tables of the count have it."""

    tallies: Tallies
    rows: Tallies
    partitions: list[Partition] = field(default_factory=list)


def read_tallies(text: str) -> Tallies:
    """Lines of proposal, yes and no, as `forumctl fill --truth` writes them."""
    lines = (line.split("\t") for line in text.splitlines() if line)
    return {proposal: (int(yes), int(no)) for proposal, yes, no in lines}


def faults(truth: Truth, count: Count) -> list[str]:
    """Everything that is wrong with a count; empty when it is exact."""
    found = _differences("tally", _cast(truth.tallies), _cast(count.tallies))
    found += _differences("rows", _cast(truth.tallies), _cast(count.rows))
    if len(count.partitions) != PARTITIONS:
        found.append(f"{len(count.partitions)} partitions were counted, not {PARTITIONS}")
    for number, row in enumerate(count.partitions):
        if row.next - row.base != row.counted + row.duplicate + row.rejected:
            found.append(f"partition {number} breaks the conservation law: {row}")
    sums = {
        "records": (truth.records, sum(row.next - row.base for row in count.partitions)),
        # Openings are counted records too.
        "counted": (truth.counted + truth.controls, sum(row.counted for row in count.partitions)),
        "duplicate": (truth.duplicate, sum(row.duplicate for row in count.partitions)),
        "rejected": (truth.rejected, sum(row.rejected for row in count.partitions)),
    }
    found += [f"{name}: {is_} instead of {must}" for name, (must, is_) in sums.items() if must != is_]
    return found


def _cast(tallies: Tallies) -> Tallies:
    """Without the votes that nobody has voted on."""
    return {proposal: tally for proposal, tally in tallies.items() if tally != (0, 0)}


def _differences(what: str, must: Tallies, is_: Tallies) -> list[str]:
    wrong = sorted(proposal for proposal in must.keys() | is_.keys() if must.get(proposal) != is_.get(proposal))
    texts = [f"{what} of {proposal}: {is_.get(proposal)} instead of {must.get(proposal)}" for proposal in wrong[:3]]
    if len(wrong) > 3:
        texts.append(f"{what}: {len(wrong) - 3} more are wrong")
    return texts
