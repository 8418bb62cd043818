import Contracts
import FoundationEssentials
import ServiceKit

/// A rejection as it came.
struct RejectionDraft: Decodable, Sendable {
  static let explanationLimit = 4_000

  let code: String
  let explanation: String

  /// - Throws: `Problem` 422 with an error for each field.
  func checked() throws(Problem) -> Rejection {
    var errors: [Problem.FieldError] = []
    let explanation = PlainText.checkPublic(
      explanation, 1...Self.explanationLimit, lines: true, at: "#/explanation", &errors)
    let code: RejectionCode? = errors.choice(code, at: "#/code")
    guard errors.isEmpty, let code else { throw .invalid(errors) }
    return Rejection(code: code, explanation: explanation)
  }
}

/// A selection as it came.
struct SelectionDraft: Decodable, Sendable {
  static let reasonLimit = 1_000

  let reason: String
  let rule: RuleDraft

  /// - Throws: `Problem` 422 with an error for each field.
  func checked(at now: Date) throws(Problem) -> Selection {
    var errors: [Problem.FieldError] = []
    let reason = PlainText.checkPublic(reason, 1...Self.reasonLimit, lines: true, at: "#/reason", &errors)
    let rule = rule.checked(at: now, &errors)
    guard errors.isEmpty, let rule else { throw .invalid(errors) }
    return Selection(reason: reason, rule: rule)
  }
}

/// The rule of a vote as it came; what is left out has a default.
struct RuleDraft: Decodable, Sendable {
  /// More than all the people of Korea: a greater bar is a mistake.
  static let highestBar: Int64 = 60_000_000
  /// How far a clock may be behind ours, so that "opens now" of a client is not refused.
  static let tolerance = 5 * 60
  static let longestNotice = 365 * 86_400
  static let longestVote = 366 * 86_400
  static let shortestVote = 1
  static let defaultVote = 30 * 86_400

  let yesBar: Int64
  let referral: String?
  let opensAt: String?
  let closesAt: String?
  var minimumTurnout: Int64?
  var majority: Bool?
  var electorate: String?
  var totals: String?

  /// Nil when there is an error; all of them are added to `errors`.
  func checked(at now: Date, _ errors: inout [Problem.FieldError]) -> VoteRule? {
    func refuse(_ field: String, _ detail: String) { errors.append(Problem.FieldError("#/rule/\(field)", detail)) }
    let now = now.milliseconds
    if !(0...Self.highestBar).contains(yesBar) { refuse("yesBar", "must be from 0 to \(Self.highestBar)") }
    let turnout = minimumTurnout ?? 0
    if !(0...Self.highestBar).contains(turnout) {
      refuse("minimumTurnout", "must be from 0 to \(Self.highestBar)")
    }
    let electorate = VoteRule.Electorate(rawValue: electorate ?? VoteRule.Electorate.citizens.rawValue)
    if electorate == nil { refuse("electorate", "must be citizens or members") }
    let totals = VoteRule.Totals(rawValue: totals ?? VoteRule.Totals.running.rawValue)
    if totals == nil { refuse("totals", "must be running or hidden") }
    let referral = checkedReferral(totals, refuse)
    let opening = Self.milliseconds(opensAt, default: now)
    switch opening {
    case nil: refuse("opensAt", "must be a time as in RFC 3339")
    case let time? where time < now - Int64(Self.tolerance) * 1000:
      refuse("opensAt", "must not be more than 5 minutes in the past")
    case let time? where time > now + Int64(Self.longestNotice) * 1000:
      refuse("opensAt", "must not be more than 365 days ahead")
    default: break
    }
    let closing = Self.milliseconds(closesAt, default: (opening ?? now) + Int64(Self.defaultVote) * 1000)
    switch closing {
    case nil: refuse("closesAt", "must be a time as in RFC 3339")
    case let time? where time < (opening ?? 0) + Int64(Self.shortestVote) * 1000:
      refuse("closesAt", "must be at least 1 second after opensAt")
    case let time? where time <= now: refuse("closesAt", "must be in the future")
    case let time? where time > (opening ?? time) + Int64(Self.longestVote) * 1000:
      refuse("closesAt", "must be at most 366 days after opensAt")
    default: break
    }
    guard errors.isEmpty, let referral, let opening, let closing, let electorate, let totals else { return nil }
    return VoteRule(
      yesBar: yesBar, referral: referral, opensAt: Date(milliseconds: opening), closesAt: Date(milliseconds: closing),
      minimumTurnout: turnout, majority: majority ?? false, electorate: electorate, totals: totals)
  }

  /// What may be referred at once is only what stays true and may be known: a yes bar and a turnout, once reached, are
  /// reached for good, while a majority can be lost again, and when it was held would hang on the order of counting; and
  /// a referral would tell of a count that is hidden. Where the rule needs its end, its end is also the default.
  private func checkedReferral(_ totals: VoteRule.Totals?, _ refuse: (String, String) -> Void) -> VoteRule.Referral? {
    let needsEnd = majority == true || totals == .hidden
    let fallback: VoteRule.Referral = needsEnd ? .atClose : .atOnce
    guard let referral = VoteRule.Referral(rawValue: referral ?? fallback.rawValue) else {
      refuse("referral", "must be at-once or at-close")
      return nil
    }
    if referral == .atOnce, totals == .hidden {
      refuse("referral", "must be at-close with hidden totals: a referral at once would tell that the bar is crossed")
    }
    if referral == .atOnce, majority == true {
      refuse("referral", "must be at-close with a majority: which side leads can change until the end")
    }
    return referral
  }

  /// Nil for a text that is no time.
  private static func milliseconds(_ text: String?, default fallback: Int64) -> Int64? {
    guard let text else { return fallback }
    return JSON.date(text)?.milliseconds
  }
}
