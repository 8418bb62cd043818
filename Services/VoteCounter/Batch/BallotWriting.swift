import Contracts
import Postgres

/// How a batch's ballots go into the database: those of new voters by COPY, the others one by one against the key, and
/// so those in quarantine, which leave a mark, too.
struct BallotWriting: Sendable {
  static let none = BallotWriting()

  /// Columns of `COPY ballot`.
  static let columns = 6
  /// Bytes that the fields of one row take.
  static let fieldBytes = 39

  /// The ballots to be copied, by their indices in the batch, sorted.
  private(set) var copied: [UInt32] = []
  /// The ballots of voters who have perhaps voted before, and those in quarantine, in the order of the log.
  private(set) var checked: [BallotRow] = []

  private init() {}

  /// Everything is held against the key.
  init(checking rows: [BallotRow]) { checked = rows }

  /// - Parameter isPerhapsKnown: asked about each ballot's voter in the order of the log, so that of two ballots of one voter
  ///   the first may be copied.
  init(_ rows: [BallotRow], isPerhapsKnown: (BallotRow) -> Bool) {
    var order = BallotOrder(capacity: rows.count)
    for (index, row) in rows.enumerated() {
      // Asked of each, since it remembers.
      let isKnown = isPerhapsKnown(row)
      if isKnown || row.isQuarantined { checked.append(row) } else { order.append(row, index: index) }
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
