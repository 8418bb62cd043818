import Contracts

/// What a run's receipts come to when they are held against the count.
struct LoadVerdict: Sendable {
  /// Citizens and votes with a 202.
  var voters = 0
  /// Accepted, and not in the count.
  var lost = 0
  /// In the count, and more than one to a voter.
  var double = 0
  /// From the last 202 until the count had passed every receipt, in seconds.
  var caughtUpAfter = 0.0
  /// Whether each receipt was asked for.
  var isAsked = false
  var faults: [String] = []

  private static let shown = 50

  /// A line each, and how many more there are.
  var lines: [String] {
    Array(faults.prefix(Self.shown))
      + (faults.count > Self.shown ? ["and \(faults.count - Self.shown) more"] : [])
  }

  /// Counts what tallies show: fewer than there must be are lost, more are double.
  mutating func weigh(_ growths: [LoadLedger.Growth], _ before: [VoteAnswer.Tally], _ after: [VoteAnswer.Tally]) {
    for (index, growth) in growths.enumerated() {
      let grown = after[index].yes + after[index].no - before[index].yes - before[index].no
      lost += max(0, growth.total.lowerBound - grown)
      double += max(0, grown - growth.total.upperBound)
    }
  }

  /// Adds what the Forum says voter by voter.
  mutating func add(_ asked: [AskedVoter]) {
    isAsked = true
    let faults = asked.flatMap(\.faults)
    lost = max(lost, faults.count { $0.hasPrefix("lost: ") })
    double = max(double, faults.count { $0.hasPrefix("double: ") })
    self.faults += faults
  }
}
