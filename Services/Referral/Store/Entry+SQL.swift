import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

/// One event of a case, as it was told.
struct Entry: Sendable {
  /// Counts the entries of the case: 1, 2, 3.
  let number: Int32
  let type: String
  let at: Date
  /// The event's JSON; nil for what was told before it was kept.
  let data: PostgresJSON?
}

extension Transaction {
  /// Tells what changed to everybody and to the ministry in charge, and keeps it for the case's timeline.
  func publish(_ change: Change, at now: Date) async throws {
    for told in change.told { try await publish(told.event, to: told.ministry, of: change.changed.id, at: now) }
  }

  private func publish(
    _ event: some CaseEvent, to ministry: Ministry?, of id: CaseID, at now: Date
  ) async throws {
    try await publish(event, at: now)
    if let ministry { try await publish(event, on: Topics.referrals(to: ministry), at: now) }
    let data = try PostgresJSON(encoding: event)
    try await execute(
      """
      INSERT INTO case_entry (case_id, number, type, at, data)
      SELECT \(id), coalesce(max(number), 0) + 1, \(type(of: event).type), \(now), \(data)
      FROM case_entry WHERE case_id = \(id)
      """)
  }
}

extension Database {
  /// Oldest first, from after a number on.
  func entries(of id: CaseID, after number: Int32, _ limit: Int) async throws -> [Entry] {
    try await query(
      """
      SELECT number, type, at, data FROM case_entry WHERE case_id = \(id) AND number > \(number)
      ORDER BY number LIMIT \(limit)
      """
    ).map { Entry(number: try $0["number"], type: try $0["type"], at: try $0["at"], data: try $0["data"]) }
  }
}
