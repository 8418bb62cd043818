import Contracts
import Postgres

extension Database {
  /// The last events that everybody may know of, newest first.
  func entries(of scope: AtomFeed.Scope, _ limit: Int) async throws -> [AtomFeed.Entry] {
    let condition: Query =
      switch scope {
      case .everything: "true"
      case .task(let id, _): "history.proposal = \(id)"
      case .office(let name): .happened(with: name)
      }
    return try await query(
      """
      SELECT history.event_id, history.proposal, history.kind, history.at, history.code, history.note, history.yes,
        history.no, history.due_at, CASE WHEN NOT task.text_hidden THEN task.title END AS title
      FROM history JOIN task ON task.proposal = history.proposal AND task.is_public
      WHERE \(fragment: condition) ORDER BY history.at DESC, history.event_id DESC LIMIT \(limit)
      """
    ).compactMap { row in
      guard let kind = Occurrence.Kind(rawValue: try row["kind"]) else { return nil }
      return AtomFeed.Entry(
        id: try row["event_id"], proposal: try row["proposal"], title: try row["title"],
        line: Occurrence(
          kind, at: try row["at"], code: try row["code"], note: try row["note"], yes: try row["yes"],
          no: try row["no"], dueAt: try row["due_at"]))
    }
  }
}
