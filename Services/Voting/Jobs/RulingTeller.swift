import Contracts
import Crypto
import FoundationEssentials
import Kafka
import Postgres
import ServiceKit

/// Tells rulings that were confirmed in the log: for each ballot a record in its own partition, and at last in every
/// partition that this was all. After a crash it is told from the beginning, and the counter passes over what it knows.
struct RulingTeller: Sendable {
  /// Records on their way at once.
  private static let page = 10_000

  let database: Database
  let clock: WallClock
  let producer: Producer
  let ballotKey: HMACKey
  let log: Log

  func run() async throws {
    for (ruling, proposal) in try await database.rulingsToTell(limit: 10) {
      try await tell(ruling, on: proposal)
      try await database.markTold(ruling, at: clock.now)
      log.info("ruling told", ["proposal": "\(proposal)", "ruling": "\(ruling.id)"])
    }
  }

  private func tell(_ ruling: Ruling, on proposal: ProposalID) async throws {
    let kind: BallotRuling.Kind =
      switch ruling.kind {
      case .void: .void
      case .release: .release
      }
    var place = (partition: Int16(-1), offset: Int64(-1))
    while true {
      let ballots = try await database.ruledBallots(of: ruling, after: place, limit: Self.page)
      try await producer.sendAll(
        ballots.map { ballot in
          let voter = withUnsafeBytes(of: ballot.pseudonym.uuid) { Array($0) }
          let content = BallotRuling(kind, by: ruling.id, voter: voter, offset: ballot.offset)
          return record(content, of: ruling, on: proposal, key: voter, in: Int32(ballot.partition))
        }, log)
      guard ballots.count == Self.page, let last = ballots.last else { break }
      place = (last.partition, last.offset)
    }
    try await producer.sendAll(
      (0..<Topics.ballots.partitions).map { partition in
        record(BallotRuling(endOf: ruling.id), of: ruling, on: proposal, key: proposal.bytes, in: partition)
      }, log)
  }

  private func record(
    _ content: BallotRuling, of ruling: Ruling, on proposal: ProposalID, key: [UInt8], in partition: Int32
  ) -> OutgoingRecord {
    let record = BallotRecord(
      proposal: proposal, content: .ruling(content), acceptedAt: (ruling.decidedAt ?? ruling.proposedAt).milliseconds)
    return OutgoingRecord(
      topic: Topics.ballots.name, partition: partition, key: key, value: record.encoded(with: ballotKey))
  }
}
