import Contracts
import FoundationEssentials
import Postgres

/// That reviews take longer than they should, as the pages say it.
struct DelayNotice: Sendable, Equatable {
  /// Days within which the Support Unit means to answer.
  let targetDays: Int
  let since: Date
}

extension Transaction {
  func keep(_ notice: DelayNotice) async throws {
    try await execute(
      """
      INSERT INTO notice (subject, target_days, since)
      VALUES (\(NoticeID.reviewDelay), \(notice.targetDays), \(notice.since))
      ON CONFLICT (subject) DO UPDATE SET target_days = EXCLUDED.target_days, since = EXCLUDED.since
      """)
  }

  func endDelayNotice() async throws {
    try await execute("DELETE FROM notice WHERE subject = \(NoticeID.reviewDelay)")
  }
}

extension QueryRunner {
  /// Nil while reviews are on time.
  func delayNotice() async throws -> DelayNotice? {
    try await one("SELECT target_days, since FROM notice WHERE subject = \(NoticeID.reviewDelay)").map {
      DelayNotice(targetDays: try $0["target_days"], since: try $0["since"])
    }
  }
}
