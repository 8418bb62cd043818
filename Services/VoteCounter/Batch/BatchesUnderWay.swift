/// The batches that are read and not in the database yet.
struct BatchesUnderWay: Sendable {
  // Not held: a batch that was written or dropped is gone.
  private struct Entry: Sendable {
    weak let batch: BallotBatch?
  }

  private var entries: [Entry] = []

  private var batches: [BallotBatch] { entries.compactMap(\.batch) }

  /// Proposals of which a control record was read and not judged yet: their records have to wait in the next batch.
  var waiting: Set<UInt128> { batches.reduce(into: []) { $0.formUnion($1.undecided) } }

  /// Batches that are being written or about to be.
  var judged: [BallotBatch] { batches.filter(\.isJudged) }

  /// Adds a batch that is going to be read.
  mutating func append(_ batch: BallotBatch) {
    entries.removeAll { $0.batch == nil }
    entries.append(Entry(batch: batch))
  }
}
