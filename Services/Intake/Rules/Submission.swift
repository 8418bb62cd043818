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

  /// The text to be published.
  /// - Throws: `Problem` 422 with an error for each field.
  static func checked(_ draft: Draft) throws(Problem) -> ProposalText {
    var errors: [Problem.FieldError] = []
    guard let text = checked(draft, at: "#", &errors), errors.isEmpty else { throw .invalid(errors) }
    return text
  }

  /// What is wrong with it.
  static func faults(of draft: Draft) -> [Problem.FieldError] {
    var errors: [Problem.FieldError] = []
    _ = checked(draft, at: "#", &errors)
    return errors
  }

  /// Checks every field, so that the citizen sees all that is wrong at once. Limits count characters as they are read,
  /// not bytes.
  /// - Parameter pointer: JSON pointer of the text within the body.
  static func checked(
    _ draft: Draft, at pointer: String, _ errors: inout [Problem.FieldError]
  ) -> ProposalText? {
    let title = PlainText.checkPublic(draft.title, 1...titleLimit, lines: false, at: "\(pointer)/title", &errors)
    let summary = PlainText.checkPublic(draft.summary, 1...summaryLimit, lines: true, at: "\(pointer)/summary", &errors)
    let body = PlainText.checkPublic(draft.body, 1...bodyLimit, lines: true, at: "\(pointer)/body", &errors)
    let reference = draft.reference.map {
      PlainText.checkPublic($0, 1...referenceLimit, lines: false, at: "\(pointer)/reference", &errors)
    }
    guard let category = Category(rawValue: draft.category) else {
      let known = Category.allCases.map(\.rawValue).joined(separator: ", ")
      errors.append(Problem.FieldError("\(pointer)/category", "must be one of \(known)"))
      return nil
    }
    return ProposalText(title: title, summary: summary, body: body, category: category, reference: reference)
  }
}
