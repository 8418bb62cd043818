import Contracts
import Postgres

/// How a batch's ballots go into the database: those of new voters by COPY, the others one by one against the key.
struct BallotWriting: Sendable {
  static let none = BallotWriting()

  /// Columns of `COPY ballot`.
  static let columns = 6
  /// Bytes that the fields of one row take.
  static let fieldBytes = 39

  /// The ballots to be copied, by their indices in the batch, sorted.
  private(set) var copied: [UInt32] = []
  /// The ballots of voters who have perhaps voted before, in the order of the log.
  private(set) var checked: [BallotRow] = []

  private init() {}

  /// Everything is held against the key.
  init(checking rows: [BallotRow]) { checked = rows }

  /// - Parameter isPerhapsKnown: asked about each ballot's voter in the order of the log, so that of two ballots of one voter
  ///   the first may be copied.
  init(_ rows: [BallotRow], isPerhapsKnown: (BallotRow) -> Bool) {
    var order = BallotOrder(capacity: rows.count)
    for (index, row) in rows.enumerated() {
      if isPerhapsKnown(row) { checked.append(row) } else { order.append(row, index: index) }
    }
    copied = order.sorted()
  }

  /// Writes the rows for `COPY ballot`.
  /// - Parameter rows: the batch's.
  /// - Returns: what they add, if COPY takes them.
  func write(_ rows: [BallotRow], to copy: inout CopyRows) -> BallotCount {
    var count = BallotCount()
    for index in copied {
      let row = rows[Int(index)]
      copy.beginRow()
      copy.append(row.acceptedAt)
      copy.append(row.offset)
      copy.append(row.vote)
      copy.append(row.partition)
      copy.append(row.isYes)
      copy.append(row.voter.value)
      count.add(row)
    }
    return count
  }
}

/// New ballots, by vote and by partition.
struct BallotCount: Sendable, Equatable {
  struct Increment: Sendable, Equatable {
    let vote: Int32
    var yes: Int64 = 0
    var no: Int64 = 0
  }

  /// In the order in which they came.
  private var increments: [Increment] = []
  private var partitions = [Int64](repeating: 0, count: Int(Topics.ballots.partitions))

  /// Of the partitions that have any.
  var byPartition: [Int32: Int64] {
    Dictionary(
      uniqueKeysWithValues: partitions.enumerated().filter { $0.element > 0 }.map { (Int32($0.offset), $0.element) })
  }

  /// In the order of the votes' numbers, each once.
  var byVote: [Increment] {
    var sums: [Int32: Increment] = [:]
    for increment in increments {
      sums[increment.vote, default: Increment(vote: increment.vote)].yes += increment.yes
      sums[increment.vote, default: Increment(vote: increment.vote)].no += increment.no
    }
    return sums.values.sorted { $0.vote < $1.vote }
  }

  /// Adds one ballot. Cheap when those of one vote come together.
  mutating func add(_ row: BallotRow) {
    add(vote: row.vote, partition: Int32(row.partition), yes: row.isYes ? 1 : 0, no: row.isYes ? 0 : 1)
  }

  mutating func add(vote: Int32, partition: Int32, yes: Int64, no: Int64) {
    if increments.last?.vote != vote { increments.append(Increment(vote: vote)) }
    increments[increments.count - 1].yes += yes
    increments[increments.count - 1].no += no
    partitions[Int(partition)] += yes + no
  }

  static func + (a: BallotCount, b: BallotCount) -> BallotCount {
    var sum = a
    sum.increments += b.increments
    for partition in b.partitions.indices { sum.partitions[partition] += b.partitions[partition] }
    return sum
  }
}
