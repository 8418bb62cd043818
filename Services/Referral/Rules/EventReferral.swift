import Contracts
import FoundationEssentials
import ServiceKit

/// A vote that has closed without carrying: a task that can come to the Committee without its bar.
struct ClosedVote: Sendable, Equatable {
  let proposal: ProposalID
  let title: String
  let category: Category
  let yes: Int64
  let no: Int64
  let yesBar: Int64
  let ruleHash: String
}

/// How far a vote is, as it decides whether its task can come to the Committee without its bar.
enum KnownVote: Sendable, Equatable {
  case toClose, carried
  case failed(ClosedVote)

  /// The vote, where it has closed without carrying.
  /// - Throws: `Problem` 409
  func closedWithoutCarrying() throws(Problem) -> ClosedVote {
    switch self {
    case .toClose:
      throw .conflict(
        "vote-not-closed", "The vote has not closed; until then it may still bring the task over its bar.")
    case .carried: throw .conflict("carried", "The vote has carried: its bar brings the task to the Committee.")
    case .failed(let vote): return vote
    }
  }
}

/// A task that an off-line event left outstanding, as the Support Unit refers it.
struct EventReferralDraft: Decodable, Sendable {
  let proposal: ProposalID
  let event: Event
  let reasons: String

  struct Event: Decodable, Sendable {
    let name: String
    let heldOn: Day
    let record: String?
  }

  /// - Throws: `Problem` 422 with an error for each field.
  func checked(at now: Date) throws(Problem) -> (event: OfflineEvent, reasons: String) {
    var check = DraftCheck()
    check.require(event.heldOn <= Day(of: now), "#/event/heldOn", "must not be in the future")
    let event = OfflineEvent(
      name: check.line(event.name, at: "#/event/name"), heldOn: event.heldOn,
      record: check.address(event.record, at: "#/event/record"))
    let reasons = check.text(reasons, 1...TextLimit.reason, at: "#/reasons")
    return try check.result((event, reasons))
  }
}

extension Problem {
  /// 409, with the address of the case.
  static func caseExists(_ id: CaseID) -> Problem {
    .conflict("case-exists", "The proposal has the case \(id) already.", existing: "/v1/cases/\(id)")
  }
}
