"""The delay of a ballot is that to the first tally of its proposal that contains it."""

import unittest

from latency import Ballot, Event, delays, percentile
from system import Failed

EVENTS = {"a": [Event(100, [1, 0]), Event(200, [1, 5]), Event(300, [4, 3])], "b": [Event(50, [9, 9])]}


class TheDelay(unittest.TestCase):
    def test_ends_with_the_first_tally_that_contains_the_ballot(self) -> None:
        ballots = [Ballot("a", 0, 0, 40), Ballot("a", 0, 1, 40), Ballot("a", 1, 4, 40)]
        self.assertEqual(delays(ballots, EVENTS), [60, 160, 260])

    def test_is_of_the_ballots_own_proposal(self) -> None:
        self.assertEqual(delays([Ballot("b", 1, 8, 45)], EVENTS), [5])

    def test_is_no_figure_when_a_ballot_is_in_no_tally(self) -> None:
        for lost in (Ballot("a", 0, 4, 40), Ballot("c", 0, 0, 40)):
            with self.assertRaises(Failed):
                delays([lost], EVENTS)

    def test_percentiles_are_of_the_ordered_delays(self) -> None:
        ordered = [float(value) for value in range(1, 101)]
        self.assertEqual([percentile(ordered, share) for share in (0.5, 0.99, 1.0)], [51, 100, 100])


if __name__ == "__main__":
    unittest.main()
