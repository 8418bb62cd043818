"""The figures can be trusted only if a wrong count is noticed. Run: python3 -m unittest discover Tests/Benchmarks"""

import unittest
from dataclasses import replace

from verification import Count, Partition, Truth, faults, read_tallies

TALLIES = {"a": (3, 1), "b": (0, 2)}
TRUTH = Truth(TALLIES, controls=24, counted=6, duplicate=2, rejected=1)
EXACT = Count(
    TALLIES | {"c": (0, 0)},
    TALLIES,
    [Partition(0, 11, 8, 2, 1), *(Partition(5, 7, 2, 0, 0) for _ in range(11))],
)


class TheVerification(unittest.TestCase):
    def test_accepts_an_exact_count(self) -> None:
        self.assertEqual(faults(TRUTH, EXACT), [])

    def test_notices_a_wrong_tally(self) -> None:
        self.assertEqual(
            faults(TRUTH, replace(EXACT, tallies={"a": (3, 1), "b": (1, 1)})),
            ["tally of b: (1, 1) instead of (0, 2)"],
        )

    def test_notices_a_tally_of_a_vote_that_nobody_cast(self) -> None:
        self.assertEqual(
            faults(TRUTH, replace(EXACT, tallies=TALLIES | {"x": (1, 0)})), ["tally of x: (1, 0) instead of None"]
        )

    def test_notices_rows_that_are_not_what_the_tally_says(self) -> None:
        self.assertEqual(faults(TRUTH, replace(EXACT, rows={"a": (3, 1)})), ["rows of b: None instead of (0, 2)"])

    def test_notices_a_broken_conservation_law(self) -> None:
        broken = [Partition(0, 12, 8, 2, 1), *EXACT.partitions[1:]]
        found = faults(TRUTH, replace(EXACT, partitions=broken))
        self.assertEqual(len(found), 2)
        self.assertIn("partition 0 breaks the conservation law", found[0])
        self.assertEqual(found[1], "records: 34 instead of 33")

    def test_notices_a_duplicate_that_was_counted(self) -> None:
        wrong = [Partition(0, 11, 9, 1, 1), *EXACT.partitions[1:]]
        self.assertEqual(
            faults(TRUTH, replace(EXACT, partitions=wrong)),
            ["counted: 31 instead of 30", "duplicate: 1 instead of 2"],
        )

    def test_notices_a_partition_that_nobody_counted(self) -> None:
        self.assertIn(
            "11 partitions were counted, not 12", faults(TRUTH, replace(EXACT, partitions=EXACT.partitions[1:]))
        )

    def test_reads_what_fill_wrote(self) -> None:
        self.assertEqual(read_tallies("a\t3\t1\nb\t0\t2\n"), TALLIES)


if __name__ == "__main__":
    unittest.main()
