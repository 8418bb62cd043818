import Contracts
import FoundationEssentials
import ServiceKit

/// A wish to have a proposal revised, as it came.
struct ReturnDraft: Decodable, Sendable {
  static let noteLimit = 2_000

  let note: String

  /// - Throws: `Problem` 422
  func checked() throws(Problem) -> String {
    var errors: [Problem.FieldError] = []
    let note = PlainText.checkPublic(note, 1...Self.noteLimit, lines: true, at: "#/note", &errors)
    guard errors.isEmpty else { throw .invalid(errors) }
    return note
  }
}

/// A merger as it came.
struct MergerDraft: Decodable, Sendable {
  static let reasonLimit = 1_000

  let into: ProposalID
  let reason: String

  /// - Throws: `Problem` 422
  func checked() throws(Problem) -> Merger {
    var errors: [Problem.FieldError] = []
    let reason = PlainText.checkPublic(reason, 1...Self.reasonLimit, lines: true, at: "#/reason", &errors)
    guard errors.isEmpty else { throw .invalid(errors) }
    return Merger(into: into, reason: reason)
  }
}

/// An appeal as it came.
struct AppealDraft: Decodable, Sendable {
  static let statementLimit = 2_000

  let ground: String
  let statement: String

  /// - Throws: `Problem` 422 with an error for each field.
  func checked(at now: Date) throws(Problem) -> Appeal {
    var errors: [Problem.FieldError] = []
    let statement = PlainText.checkPublic(statement, 1...Self.statementLimit, lines: true, at: "#/statement", &errors)
    let ground: AppealGround? = errors.choice(ground, at: "#/ground")
    guard errors.isEmpty, let ground else { throw .invalid(errors) }
    return Appeal(ground: ground, statement: statement, appealedAt: now)
  }
}

/// A decision on an appeal as it came.
struct AppealDecisionDraft: Decodable, Sendable {
  let outcome: String
  let explanation: String

  /// - Throws: `Problem` 422 with an error for each field.
  func checked(at now: Date) throws(Problem) -> Appeal.Decision {
    var errors: [Problem.FieldError] = []
    let explanation = PlainText.checkPublic(
      explanation, 1...RejectionDraft.explanationLimit, lines: true, at: "#/explanation", &errors)
    let outcome: AppealOutcome? = errors.choice(outcome, at: "#/outcome")
    guard errors.isEmpty, let outcome else { throw .invalid(errors) }
    return Appeal.Decision(outcome: outcome, explanation: explanation, decidedAt: now)
  }
}
