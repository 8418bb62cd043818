import Contracts
import FoundationEssentials
import ServiceKit

/// What texts of a case may have, in characters.
enum TextLimit {
  static let line = 200
  static let reason = 2_000
  static let text = 10_000
  static let minutes = 50_000
  static let items = 50
  static let address = 2_000
}

/// The members of the Committee who prepare a case, as they came.
struct MembersDraft: Decodable, Sendable {
  let members: [Member]

  struct Member: Decodable, Sendable {
    let name: String
    let capacity: String
    let conflict: String?
  }

  /// - Throws: `Problem` 422 with an error for each field.
  func checked() throws(Problem) -> [CaseMember] {
    var check = DraftCheck()
    check.require(
      (1...TextLimit.items).contains(members.count), "#/members", "must have 1 to \(TextLimit.items) members")
    let checked = members.prefix(TextLimit.items).enumerated().map { index, member in
      CaseMember(
        name: check.line(member.name, at: "#/members/\(index)/name"),
        capacity: check.choice(member.capacity, at: "#/members/\(index)/capacity") ?? .expert,
        conflict: check.optional(member.conflict, 1...TextLimit.reason, at: "#/members/\(index)/conflict"))
    }
    check.require(
      Set(checked.map(\.name)).count == checked.count, "#/members", "must not name anybody twice")
    check.require(
      checked.contains { $0.conflict == nil && $0.capacity != .expert }, "#/members",
      "must have a member who decides and has no conflict of interest")
    return try check.result(checked)
  }
}

/// A session of the Committee, or a strategy meeting, as it came.
struct SessionDraft: Decodable, Sendable {
  let name: String
  let meetsAt: Date
  let place: String?
  /// Why it takes the place of another.
  let reason: String?
  /// Its number on the agenda of a strategy meeting.
  let item: Int?

  /// - Throws: `Problem` 422 with an error for each field.
  func checked(at now: Date) throws(Problem) -> CheckedSession {
    var check = DraftCheck()
    check.require(meetsAt > now, "#/meetsAt", "must be in the future")
    if let item { check.require((1...999).contains(item), "#/item", "must be from 1 to 999") }
    let session = CaseSession(
      name: check.line(name, at: "#/name"), meetsAt: meetsAt,
      place: check.optional(place, 1...TextLimit.line, lines: false, at: "#/place"))
    let reason = check.optional(reason, 1...TextLimit.reason, at: "#/reason")
    return try check.result(CheckedSession(session: session, reason: reason))
  }
}

/// When and where a body meets, and why that is another time than was told before.
struct CheckedSession: Sendable {
  let session: CaseSession
  let reason: String?
}

/// The record of a deliberation, as it came.
struct DeliberationDraft: Decodable, Sendable {
  let heldAt: Date
  let attendance: [Attended]
  let minutes: String
  let recording: String?
  let opinionsFor: [String]?
  let opinionsAgainst: [String]?
  let cost: String?
  let feasibility: String?

  struct Attended: Decodable, Sendable {
    let capacity: String
    let present: Int
    let absent: Int
  }

  /// - Throws: `Problem` 422 with an error for each field.
  func checked(at now: Date) throws(Problem) -> Deliberation {
    var check = DraftCheck()
    check.require(heldAt <= now, "#/heldAt", "must not be in the future")
    check.require(
      (1...MemberCapacity.allCases.count).contains(attendance.count), "#/attendance",
      "must have an entry for each capacity that sits")
    let attended = attendance.prefix(TextLimit.items).enumerated().map { index, entry in
      check.require(
        (0...1_000).contains(entry.present) && (0...1_000).contains(entry.absent), "#/attendance/\(index)",
        "must have from 0 to 1000 present and absent")
      return Attendance(
        capacity: check.choice(entry.capacity, at: "#/attendance/\(index)/capacity") ?? .expert,
        present: entry.present, absent: entry.absent)
    }
    check.require(
      Set(attended.map(\.capacity)).count == attended.count, "#/attendance", "must have one entry for each capacity")
    check.require(
      attended.contains { $0.capacity != .expert && $0.present > 0 }, "#/attendance", "must have a member present")
    let record = Deliberation(
      heldAt: heldAt, attendance: attended, minutes: check.text(minutes, 1...TextLimit.minutes, at: "#/minutes"),
      recording: check.address(recording, at: "#/recording"),
      opinionsFor: check.texts(opinionsFor, at: "#/opinionsFor"),
      opinionsAgainst: check.texts(opinionsAgainst, at: "#/opinionsAgainst"),
      cost: check.optional(cost, 1...TextLimit.reason, at: "#/cost"),
      feasibility: check.optional(feasibility, 1...TextLimit.reason, at: "#/feasibility"))
    return try check.result(record)
  }
}

/// What the Committee decided, as it came.
struct CommitteeDecisionDraft: Decodable, Sendable {
  let decision: String
  let reasons: String
  let changes: String?

  /// - Throws: `Problem` 422 with an error for each field.
  func checked() throws(Problem) -> (decision: CommitteeDecision, reasons: String, changes: String?) {
    var check = DraftCheck()
    let decision: CommitteeDecision? = check.choice(decision, at: "#/decision")
    let reasons = check.text(reasons, 1...TextLimit.text, at: "#/reasons")
    let changes = check.optional(changes, 1...TextLimit.text, at: "#/changes")
    check.require(
      (decision == .adoptWithChanges) == (changes != nil) || decision == nil, "#/changes",
      "must be there when it is adopted with changes, and only then")
    return try check.result((decision ?? .decline, reasons, changes))
  }
}

/// A text alone, as it came.
struct TextDraft: Decodable, Sendable {
  let text: String

  /// - Throws: `Problem` 422
  func checked(_ limit: Int = TextLimit.text) throws(Problem) -> String {
    var check = DraftCheck()
    let text = check.text(text, 1...limit, at: "#/text")
    return try check.result(text)
  }
}

/// A reason alone, as it came.
struct ReasonDraft: Decodable, Sendable {
  let reason: String

  /// - Throws: `Problem` 422
  func checked() throws(Problem) -> String {
    var check = DraftCheck()
    let reason = check.text(reason, 1...TextLimit.reason, at: "#/reason")
    return try check.result(reason)
  }
}
