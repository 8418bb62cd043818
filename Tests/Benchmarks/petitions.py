"""The petitions whose agreements become ballots: a file of real ones, or a made-up month of the same size and skew."""

import gzip
import json
import os
import random
from pathlib import Path

# April 2019 on the Blue House's site: 494 petitions, 6,200,584 agreements, almost a third of them on one.
PETITIONS = 494
AGREEMENTS = 6_200_584
LARGEST = 1_831_900


def file(state: Path) -> tuple[Path, str]:
    """The file, and what it is in words: the real month that FORUM_PETITIONS names, else a made-up one."""
    given = os.environ.get("FORUM_PETITIONS")
    if given:
        return Path(given).resolve(strict=True), Path(given).name
    made = state / "synthetic.jsonl.gz"
    if not made.exists():
        _write(made, synthetic(seed=2019))
    return made, f"synthetic month (FORUM_PETITIONS is not set), {AGREEMENTS} agreements"


def agreements(path: Path) -> dict[str, int]:
    """By the petition's number, which is the reference of its vote."""
    with gzip.open(path, "rt") as lines:
        petitions = [json.loads(line) for line in lines]
    return {str(petition["number"]): petition["agreements"] for petition in petitions}


def synthetic(seed: int) -> list[int]:
    """One very large petition, and a tail that falls with the rank about as the real month's."""
    tail = [rank**-1.1 for rank in range(2, PETITIONS + 1)]
    share = (AGREEMENTS - LARGEST) / sum(tail)
    counts = [LARGEST, *(int(value * share) for value in tail)]
    counts[1] += AGREEMENTS - sum(counts)
    random.Random(seed).shuffle(counts)
    return counts


def _write(path: Path, counts: list[int]) -> None:
    with gzip.open(path, "wt") as lines:
        for number, count in enumerate(counts, 1):
            petition = {
                "number": number, "category": "행정", "begin": "2019-04-01", "end": "2019-05-01", "agreements": count,
                "status": "청원종료", "title": f"청원 {number}", "content": "만들어 낸 청원입니다.",
            }  # fmt: skip
            lines.write(json.dumps(petition, ensure_ascii=False) + "\n")
