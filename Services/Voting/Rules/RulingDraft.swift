import Contracts
import ServiceKit

/// A ruling as it came.
struct RulingDraft: Decodable, Sendable {
  static let reasonLimit = 1_000

  let kind: RulingKind
  let code: RulingCode
  let reason: String
  let ballots: BallotCondition

  /// - Throws: `Problem` 422 with an error for each field.
  func checked() throws(Problem) -> (reason: String, condition: BallotCondition.Checked) {
    var errors: [Problem.FieldError] = []
    let reason = PlainText.checkPublic(reason, 1...Self.reasonLimit, lines: true, at: "#/reason", &errors)
    if code.kind != kind { errors.append(.init("#/code", "is no reason for a \(kind.rawValue)")) }
    guard errors.isEmpty else { throw .invalid(errors) }
    return (reason, try ballots.checked(for: kind))
  }
}

/// What is asked before a ruling is proposed.
struct RulingQuestion: Decodable, Sendable {
  let kind: RulingKind
  let ballots: BallotCondition
}
