import Contracts
import Postgres
import ServiceKit

extension Transaction {
  /// Nil when no ministry is named for the category, or one that this program does not know.
  func ministry(for category: Category) async throws -> Ministry? {
    let row = try await one("SELECT ministry FROM category_ministry WHERE category = \(category)")
    guard let row else { return nil }
    return Ministry.named(try row["ministry"])
  }

  func text(of proposal: ProposalID) async throws -> ProposalText? {
    try await one("SELECT title, summary, body FROM proposal_text WHERE proposal = \(proposal)").map {
      ProposalText(title: try $0["title"], summary: try $0["summary"], body: try $0["body"])
    }
  }

  /// The text of the last version: they come in order.
  func keep(_ text: ProposalText, of proposal: ProposalID) async throws {
    try await execute(
      """
      INSERT INTO proposal_text (proposal, title, summary, body)
      VALUES (\(proposal), \(text.title), \(text.summary), \(text.body))
      ON CONFLICT (proposal) DO UPDATE SET title = EXCLUDED.title, summary = EXCLUDED.summary, body = EXCLUDED.body
      """)
  }
}

/// A ministry and how many cases it is in charge of.
struct MinistryCount: Sendable {
  let slug: String
  let korean: String
  let english: String
  let cases: Int
}

extension Database {
  /// In the order of the Government Organization Act.
  func ministryCounts() async throws -> [MinistryCount] {
    try await query(
      """
      SELECT ministry.slug, ministry.korean, ministry.english, count(referral_case.id) AS cases
      FROM ministry LEFT JOIN referral_case ON referral_case.ministry = ministry.slug
      GROUP BY ministry.slug ORDER BY ministry.position
      """
    ).map {
      MinistryCount(
        slug: try $0["slug"], korean: try $0["korean"], english: try $0["english"], cases: try $0["cases"])
    }
  }
}
