import Contracts
import FoundationEssentials
import ServiceKit

/// The rules for what a citizen may hand in.
enum Submission {
  static let titleLimit = 80
  static let summaryLimit = 300
  static let bodyLimit = 2_000
  static let referenceLimit = 64

  /// A body as it came.
  struct Draft: Decodable, Sendable {
    let title: String
    let summary: String
    let body: String
    let category: String
    let reference: String?
  }

  /// Checks every field, so that the citizen sees all that is wrong at once. Limits count characters as they are read,
  /// not bytes.
  /// - Throws: `Problem` 422 with an error for each field.
  static func checked(_ draft: Draft) throws(Problem) -> ProposalText {
    var errors: [Problem.FieldError] = []
    let title = PlainText.checkPublic(draft.title, 1...titleLimit, lines: false, at: "#/title", &errors)
    let summary = PlainText.checkPublic(draft.summary, 1...summaryLimit, lines: true, at: "#/summary", &errors)
    let body = PlainText.checkPublic(draft.body, 1...bodyLimit, lines: true, at: "#/body", &errors)
    let reference = draft.reference.map {
      PlainText.checkPublic($0, 1...referenceLimit, lines: false, at: "#/reference", &errors)
    }
    let category = Category(rawValue: draft.category)
    if category == nil {
      let known = Category.allCases.map(\.rawValue).joined(separator: ", ")
      errors.append(Problem.FieldError("#/category", "must be one of \(known)"))
    }
    guard errors.isEmpty, let category else { throw .invalid(errors) }
    return ProposalText(title: title, summary: summary, body: body, category: category, reference: reference)
  }
}
