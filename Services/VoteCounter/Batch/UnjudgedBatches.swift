/// The batches that are read ahead: which proposals' records have to wait in the next one.
struct UnjudgedBatches: Sendable {
  // Not held: a batch that was dropped holds nobody up.
  private struct Entry: Sendable {
    weak let batch: BallotBatch?
  }

  private var entries: [Entry] = []

  /// Proposals of which a control record was read and not judged yet.
  var waiting: Set<UInt128> { entries.reduce(into: []) { $0.formUnion($1.batch?.undecided ?? []) } }

  /// Adds a batch that is going to be read.
  mutating func append(_ batch: BallotBatch) {
    entries.removeAll { $0.batch.map(\.isJudged) ?? true }
    entries.append(Entry(batch: batch))
  }
}
