import Contracts
import Crypto
import FoundationEssentials
import Kafka
import Postgres
import ServiceKit

/// Opens and closes votes when their time has come, by control records in every partition of the ballots' log.
///
/// The records come first and the database follows: a crash in between writes them again, and the counter passes over
/// the repetition. Whenever a missed closing is made up for, ballots accepted after the closing time do not count.
struct Schedule: Sendable {
  let database: Database
  let clock: WallClock
  let producer: Producer
  let ballotKey: HMACKey
  let book: VoteBook
  let log: Log
  /// Milliseconds from the closing time to the closing record.
  let grace: Int

  func run() async throws {
    try await open()
    try await close()
  }

  private func open() async throws {
    let now = clock.now
    let due = try await database.votesDue(in: .scheduled, by: now, limit: 100)
    guard !due.isEmpty else { return }
    try await announce(.open, due, at: now)
    book.open(due)
    for vote in due {
      try await database.transaction { transaction in
        guard try await transaction.move(vote, from: .scheduled, to: .open, at: now) else { return }
        try await transaction.publish(
          VoteOpened(
            proposal: vote.proposal, rule: vote.rule, ruleHash: Hex.encode(vote.ruleHash), openedAt: now), at: now)
      }
      log.info("vote opened", ["proposal": "\(vote.proposal)"])
    }
    try await book.refresh()
  }

  private func close() async throws {
    let now = clock.now
    let cutoff = now.addingTimeInterval(-Double(grace) / 1000)
    let due = try await database.votesDue(in: .open, by: cutoff, limit: 100)
    guard !due.isEmpty else { return }
    try await announce(.close, due, at: now)
    for vote in due {
      _ = try await database.transaction { try await $0.move(vote, from: .open, to: .closing, at: now) }
      log.info("vote closing", ["proposal": "\(vote.proposal)"])
    }
    try await book.refresh()
  }

  private func announce(_ control: BallotRecord.Control, _ votes: [Vote], at now: Date) async throws {
    let records = votes.flatMap { vote in
      let value = BallotRecord(
        proposal: vote.proposal, content: .control(control, ruleHash: vote.ruleHash), acceptedAt: now.milliseconds
      ).encoded(with: ballotKey)
      return (0..<Topics.ballots.partitions).map { partition in
        OutgoingRecord(topic: Topics.ballots.name, partition: partition, key: vote.proposal.bytes, value: value)
      }
    }
    for result in await producer.send(records) {
      if case .failure(let error) = result { endIfFatal(error, log) }
      _ = try result.get()
    }
  }
}
