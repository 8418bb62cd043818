import Contracts
import Postgres
import ServiceKit

/// The title of a proposal as a reader sees it.
enum ShownTitle {
  /// Whether the title that goes with a notice is hidden from who reads it: a part of a query that joins `notice` and
  /// `followed_proposal`. Whatever was kept when they were told, what holds now decides.
  static let isHidden: Query =
    "coalesce(followed_proposal.text_hidden AND notice.audience <> 'author', false) AS title_hidden"

  /// Reads the columns `title` and `title_hidden`.
  static func read(_ row: Row, in language: Language) throws -> String? {
    guard let title: String = try row["title"] else { return nil }
    return try row["title_hidden"] ? HiddenTitle.words(in: language) : title
  }
}
