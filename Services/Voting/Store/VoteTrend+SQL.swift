import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

extension QueryRunner {
  /// The numbers of the votes that were open at some time of the hour, and that nobody has looked at yet.
  func votesToLookAt(in hour: Date, limit: Int) async throws -> [Int32] {
    try await query(
      """
      SELECT number FROM vote v
      WHERE opened_at < \(hour.addingTimeInterval(3_600))
        AND (state IN (\(VoteState.open), \(VoteState.closing)) OR coalesce(ends_at, closes_at) > \(hour))
        AND NOT EXISTS (SELECT FROM vote_trend t WHERE t.vote = v.number AND t.hour = \(hour))
      ORDER BY number LIMIT \(limit)
      """
    ).map { try $0["number"] }
  }

  /// Ballots of a vote that count so far.
  func counted(in vote: Vote) async throws -> Int64 {
    try await one("SELECT yes + no AS counted FROM tally WHERE vote = \(vote.number)").map { try $0["counted"] } ?? 0
  }

  /// Newest first, of hours before `hour`.
  func trends(of vote: Vote, before hour: Date, limit: Int) async throws -> [VoteTrend] {
    try await query(
      """
      SELECT document FROM vote_trend WHERE vote = \(vote.number) AND hour < \(hour) ORDER BY hour DESC LIMIT \(limit)
      """
    ).map { try JSON.decode(from: Array((try $0["document"] as String).utf8)) }
  }
}

extension Transaction {
  /// Keeps a trend; false if the hour has one already.
  func insert(_ trend: VoteTrend, of vote: Vote) async throws -> Bool {
    try await execute(
      """
      INSERT INTO vote_trend (vote, hour, document)
      VALUES (\(vote.number), \(trend.hour), \(String(decoding: try JSON.encode(trend), as: UTF8.self)))
      ON CONFLICT DO NOTHING
      """) == 1
  }
}

extension Database {
  /// Forgets what was seen of hours before `time`.
  func deleteTrends(before time: Date) async throws {
    try await execute("DELETE FROM vote_trend WHERE hour < \(time)")
  }
}
