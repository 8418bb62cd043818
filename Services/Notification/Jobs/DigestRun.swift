import Contracts
import Crypto
import FailPoints
import FoundationEssentials
import Postgres
import ServiceKit

/// Makes the digests that are due. A process that dies in the middle loses nothing and doubles nothing: a digest is taken
/// and its mail queued in one transaction.
struct DigestRun: Sendable {
  /// People in one transaction.
  static let batch = 200

  let database: Database
  let clock: WallClock
  let schedule: DigestSchedule
  let publicURL: String
  let links: UnsubscribeLinks

  /// One statement for each frequency where there is nothing to send, however many have asked for digests. Who gets one
  /// is looked up once.
  func run() async throws {
    for frequency in [Frequency.daily, .weekly] {
      let now = clock.now
      let period = schedule.lastDue(frequency, at: now)
      var due = try await database.dueDigests(frequency, of: period)[...]
      while !due.isEmpty {
        try Task.checkCancellation()
        try await make(frequency, of: period, for: Array(due.prefix(Self.batch)), at: now)
        due = due.dropFirst(Self.batch)
      }
    }
  }

  private func make(_ frequency: Frequency, of period: Date, for citizens: [CitizenID], at now: Date) async throws {
    try await database.transaction { transaction in
      let digests = try await transaction.takeDigests(frequency, of: period, for: citizens)
      FailPoint.reach("digests-taken")
      let scope = MailScope.digest(frequency)
      let letters = digests.filter { !$0.entries.isEmpty }.map { digest in
        (
          id: Self.id(frequency, of: period, for: digest.citizen), digest: digest,
          letter: Letter(
            digest, frequency, publicURL: publicURL, stopURL: links.url(for: digest.citizen, scope))
        )
      }
      if !letters.isEmpty { try await transaction.queue(letters, cause: scope, at: now) }
      FailPoint.reach("digests-queued")
    }
  }

  /// The same whenever and wherever the digest is made.
  static func id(_ frequency: Frequency, of period: Date, for citizen: CitizenID) -> UUID {
    let name = "digest \(frequency.rawValue) \(JSON.timestamp(period)) \(citizen)"
    return Identifier<Digest>(bytes: sha256(Array(name.utf8)).prefix(16))?.uuid ?? UUID()
  }
}
