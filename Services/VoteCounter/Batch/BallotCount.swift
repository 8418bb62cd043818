import Contracts

/// What is added to the tally of a vote; what is taken from it is less than 0.
struct Increment: Sendable, Equatable {
  let vote: Int32
  var yes: Int64 = 0
  var no: Int64 = 0
  /// Ballots that were taken out of the count, or kept out of it for ever.
  var void: Int64 = 0
  /// Ballots that wait for a decision.
  var quarantined: Int64 = 0

  static func += (a: inout Increment, b: Increment) {
    a.yes += b.yes
    a.no += b.no
    a.void += b.void
    a.quarantined += b.quarantined
  }
}

extension Sequence<Increment> {
  /// In the order of the votes' numbers, each once.
  var byVote: [Increment] {
    var sums: [Int32: Increment] = [:]
    for increment in self { sums[increment.vote, default: Increment(vote: increment.vote)] += increment }
    return sums.values.sorted { $0.vote < $1.vote }
  }
}

/// New ballots, by vote and by partition.
struct BallotCount: Sendable, Equatable {
  /// In the order in which they came.
  private(set) var increments: [Increment] = []
  private var partitions = [Int64](repeating: 0, count: Int(Topics.ballots.partitions))

  /// Of the partitions that have any.
  var byPartition: [Int32: Int64] {
    Dictionary(
      uniqueKeysWithValues: partitions.enumerated().filter { $0.element > 0 }.map { (Int32($0.offset), $0.element) })
  }

  /// Adds one ballot. Cheap when those of one vote come together.
  mutating func add(_ row: BallotRow) {
    if row.isQuarantined {
      add(Increment(vote: row.vote, quarantined: 1), in: Int32(row.partition))
    } else {
      add(Increment(vote: row.vote, yes: row.isYes ? 1 : 0, no: row.isYes ? 0 : 1), in: Int32(row.partition))
    }
  }

  mutating func add(_ increment: Increment, in partition: Int32) {
    if increments.last?.vote != increment.vote { increments.append(Increment(vote: increment.vote)) }
    increments[increments.count - 1] += increment
    partitions[Int(partition)] += increment.yes + increment.no + increment.quarantined
  }

  static func + (a: BallotCount, b: BallotCount) -> BallotCount {
    var sum = a
    sum.increments += b.increments
    for partition in b.partitions.indices { sum.partitions[partition] += b.partitions[partition] }
    return sum
  }
}
