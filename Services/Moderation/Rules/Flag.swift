import Contracts
import FoundationEssentials
import ServiceKit

/// Why a reader thinks that a proposal breaks the rules.
enum FlagReason: String, Codable, Sendable, CaseIterable {
  case spam, offensive
  case doesNotBelong = "does-not-belong"
}

/// What readers can do about a proposal that breaks the rules. It puts the proposal before the Support Unit and does no
/// more: no number of people can hide what somebody wrote.
enum Flags {
  /// Flags that put a proposal before the Support Unit.
  static let threshold = 3
  /// Flags that a citizen has in a day.
  static let daily = 20

  /// - Parameters:
  ///   - earlier: when the citizen flagged something in the last 24 hours, oldest first.
  /// - Throws: `Problem` 429 when there are too many.
  static func check(earlier: [Date], at now: Date) throws(Problem) {
    guard earlier.count >= daily else { return }
    let free = earlier[earlier.count - daily].addingTimeInterval(86_400)
    throw Problem(
      429, "too-many-flags", "Too many flags", detail: "A citizen can flag \(daily) proposals a day.",
      retryAfter: max(1, Int(free.timeIntervalSince(now).rounded(.up))))
  }
}

/// A flag as it came.
struct FlagDraft: Decodable, Sendable {
  let reason: String

  /// - Throws: `Problem` 422
  func checked() throws(Problem) -> FlagReason {
    var errors: [Problem.FieldError] = []
    guard let reason: FlagReason = errors.choice(reason, at: "#/reason") else { throw .invalid(errors) }
    return reason
  }
}

/// That the Support Unit looked at flags and found nothing wrong, as it came.
struct DismissalDraft: Decodable, Sendable {
  static let reasonLimit = 1_000

  let reason: String

  /// - Throws: `Problem` 422
  func checked() throws(Problem) -> String {
    var errors: [Problem.FieldError] = []
    let reason = PlainText.checkPublic(reason, 1...Self.reasonLimit, lines: true, at: "#/reason", &errors)
    guard errors.isEmpty else { throw .invalid(errors) }
    return reason
  }
}

extension Review {
  var isFlagged: Bool { flags >= Flags.threshold }

  /// Without its flags: the same readers do not put it before the Support Unit again.
  /// - Throws: `Problem` 409 when there are none.
  func flagsDismissed() throws(Problem) -> Review {
    guard flags > 0 else { throw .conflict("no-flags", "Nobody has flagged the proposal since somebody looked last.") }
    var review = self
    review.flags = 0
    return review
  }
}
