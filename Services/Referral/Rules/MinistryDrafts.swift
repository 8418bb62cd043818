import Contracts
import FoundationEssentials
import ServiceKit

/// What a strategy meeting concluded, as it came.
struct ConclusionDraft: Decodable, Sendable {
  let outcome: String
  let heldAt: Date
  let reasons: String
  let conditions: String?
  let deferredTo: Day?
  let recording: String?

  /// - Throws: `Problem` 422 with an error for each field.
  func checked(at now: Date) throws(Problem) -> Dossier.Conclusion {
    var check = DraftCheck()
    let outcome: MeetingOutcome? = check.choice(outcome, at: "#/outcome")
    check.require(heldAt <= now, "#/heldAt", "must not be in the future")
    check.require(
      (outcome == .adoptedWithConditions) == (conditions != nil) || outcome == nil, "#/conditions",
      "must be there when it is adopted with conditions, and only then")
    check.require(
      (outcome == .deferred) == (deferredTo != nil) || outcome == nil, "#/deferredTo",
      "must be there when it is deferred, and only then")
    if let deferredTo {
      let today = Day(of: now)
      check.require(
        deferredTo > today && deferredTo <= today.adding(366), "#/deferredTo", "must be one of the next 366 days")
    }
    let conclusion = Dossier.Conclusion(
      outcome: outcome ?? .declined, heldAt: heldAt, reasons: check.text(reasons, 1...TextLimit.text, at: "#/reasons"),
      conditions: check.optional(conditions, 1...TextLimit.text, at: "#/conditions"), deferredTo: deferredTo,
      recording: check.address(recording, at: "#/recording"), concludedAt: now)
    return try check.result(conclusion)
  }
}

/// A ministry with a reason, as it came: to name it by hand, or to transfer a case to it.
struct MinistryDraft: Decodable, Sendable {
  let ministry: String
  let reason: String

  /// - Throws: `Problem` 422 with an error for each field.
  func checked() throws(Problem) -> (ministry: Ministry, reason: String) {
    var check = DraftCheck()
    let found = Ministry.named(ministry)
    check.require(found != nil, "#/ministry", "must be the slug of a ministry")
    let reason = check.text(reason, 1...TextLimit.reason, at: "#/reason")
    return try check.result((found ?? Ministry.all[0], reason))
  }
}

/// Who works on a case, as it came.
struct AcceptanceDraft: Decodable, Sendable {
  let department: String

  /// - Throws: `Problem` 422
  func checked() throws(Problem) -> String {
    var check = DraftCheck()
    let department = check.line(department, at: "#/department")
    return try check.result(department)
  }
}

/// The official answer, as it came.
struct AnswerDraft: Decodable, Sendable {
  let department: String
  let signatory: String
  let answer: String

  /// - Throws: `Problem` 422 with an error for each field.
  func checked() throws(Problem) -> AnswerDraft {
    var check = DraftCheck()
    let checked = AnswerDraft(
      department: check.line(department, at: "#/department"), signatory: check.line(signatory, at: "#/signatory"),
      answer: check.text(answer, 1...TextLimit.text, at: "#/answer"))
    return try check.result(checked)
  }
}

/// A report on a milestone, as it came.
struct ReportDraft: Decodable, Sendable {
  let status: String
  let report: String
  let evidence: [String]?

  /// - Throws: `Problem` 422 with an error for each field.
  func checked() throws(Problem) -> (status: MilestoneStatus, report: String, evidence: [String]) {
    var check = DraftCheck()
    let status: MilestoneStatus? = check.choice(status, at: "#/status")
    let report = check.text(report, 1...TextLimit.text, at: "#/report")
    let evidence = check.addresses(evidence, at: "#/evidence")
    check.require(
      status != .completed || !evidence.isEmpty, "#/evidence", "must prove what is said to be completed")
    return try check.result((status ?? .notStarted, report, evidence))
  }
}

/// The delay of a milestone, as it came.
struct DelayDraft: Decodable, Sendable {
  let endsOn: Day
  let reason: String

  /// - Throws: `Problem` 422 with an error for each field.
  func checked(at now: Date) throws(Problem) -> DelayDraft {
    var check = DraftCheck()
    check.require(
      endsOn >= Day(of: now) && endsOn <= Day(of: now).adding(PlanDraft.longest), "#/endsOn",
      "must be within ten years from today")
    let reason = check.text(reason, 1...TextLimit.reason, at: "#/reason")
    return try check.result(DelayDraft(endsOn: endsOn, reason: reason))
  }
}

/// That all is done, as it came.
struct CompletionDraft: Decodable, Sendable {
  let summary: String
  let evidence: [String]?

  /// - Throws: `Problem` 422 with an error for each field.
  func checked() throws(Problem) -> (summary: String, evidence: [String]) {
    var check = DraftCheck()
    let summary = check.text(summary, 1...TextLimit.text, at: "#/summary")
    let evidence = check.addresses(evidence, at: "#/evidence")
    return try check.result((summary, evidence))
  }
}
