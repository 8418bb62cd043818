import Contracts
import Crypto
import FoundationEssentials
import Kafka
import Postgres
import ServiceKit

/// Opens and closes votes when their time has come, and changes their schedules as ordered, by control records in every
/// partition of the ballots' log.
///
/// Whatever lets ballots count that would not have counted, an opening, a resumption or an extension, is in the log
/// before the ballot box goes by it; a crash in between writes it again, and the counter passes over the repetition.
/// Whenever a missed closing is made up for, ballots accepted after the closing time do not count.
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
    try await change()
    try await close()
  }

  private func open() async throws {
    let now = clock.now
    let due = try await database.votesToOpen(at: now, limit: 100)
    guard !due.isEmpty else { return }
    try await announce(.open, due, at: now)
    book.open(due)
    for vote in due {
      try await database.transaction { transaction in
        guard try await transaction.open(vote, at: now) else { return }
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
    var closing: [Vote] = []
    for vote in try await database.votesToClose(by: cutoff, limit: 100) {
      // The database first: an extension that was ordered in time must not find a closing record in the log.
      if vote.state == .open {
        guard try await database.transaction({ try await $0.beginClosing(vote, dueBy: cutoff) }) else { continue }
      }
      closing.append(vote)
    }
    guard !closing.isEmpty else { return }
    try await announce(.close, closing, at: now)
    try await database.markAnnounced(closing)
    for vote in closing { log.info("vote closing", ["proposal": "\(vote.proposal)"]) }
    try await book.refresh()
  }

  private func change() async throws {
    let due = try await database.changesToMake(limit: 100)
    guard !due.isEmpty else { return }
    try await producer.sendAll(
      due.flatMap { vote, change in
        records(
          .change(
            ScheduleChange(change.kind.record, number: change.number, closesAt: change.closesAt.milliseconds),
            ruleHash: vote.ruleHash), on: vote, at: change.at)
      }, log)
    for (vote, change) in due {
      try await database.transaction { try await $0.make(change, of: vote, at: clock.now) }
      log.info("schedule changed", ["proposal": "\(vote.proposal)", "change": "\(change.kind.rawValue)"])
    }
    try await book.refresh()
  }

  private func announce(_ control: BallotRecord.Control, _ votes: [Vote], at now: Date) async throws {
    try await producer.sendAll(
      votes.flatMap { records(.control(control, ruleHash: $0.ruleHash), on: $0, at: now) }, log)
  }

  /// The same for every partition.
  private func records(_ content: BallotRecord.Content, on vote: Vote, at time: Date) -> [OutgoingRecord] {
    let value = BallotRecord(proposal: vote.proposal, content: content, acceptedAt: time.milliseconds)
      .encoded(with: ballotKey)
    return (0..<Topics.ballots.partitions).map { partition in
      OutgoingRecord(topic: Topics.ballots.name, partition: partition, key: vote.proposal.bytes, value: value)
    }
  }
}
