import Contracts
import FoundationEssentials
import Testing

@testable import Referral

/// A case on its way, led there by the rules themselves.
struct CaseWalk {
  /// 24 November 2026, ten in the morning in Korea.
  static let start = Date(milliseconds: 1_795_482_000_000)
  static func day(_ days: Double) -> Date { start.addingTimeInterval(days * 86_400) }

  static let terms = Terms(periods: [
    .review: LegalPeriod(days: 10), .committee: LegalPeriod(days: 30), .strategyMeeting: LegalPeriod(days: 60),
    .ministry: LegalPeriod(days: 60), .implementation: LegalPeriod(days: 60),
  ])
  static let text = ProposalText(title: "밤 버스", summary: "더 자주", body: "밤 버스를 늘려 주십시오.")
  static let proposal = ProposalID()
  static let actor = CitizenID()

  static func crossed(at days: Double = 0, yes: Int64 = 11) -> VoteBarCrossed {
    VoteBarCrossed(
      proposal: proposal, title: "밤 버스", category: .transport, yes: yes, no: 3, yesBar: 10,
      ruleHash: String(repeating: "ab", count: 32), crossedAt: day(days))
  }

  static func lost(crossing days: Double = 0, at time: Double) -> VoteBarLost {
    VoteBarLost(
      proposal: proposal, title: "밤 버스", yes: 9, no: 2, yesBar: 10, ruleHash: String(repeating: "ab", count: 32),
      crossedAt: day(days), lostAt: day(time))
  }

  static let closedVote = ClosedVote(
    proposal: proposal, title: "밤 버스", category: .transport, yes: 9, no: 2, yesBar: 10,
    ruleHash: String(repeating: "ab", count: 32))

  static func session(on days: Double) -> CheckedSession {
    CheckedSession(session: CaseSession(name: "제12차 협의회", meetsAt: day(days)), reason: nil)
  }

  static let members = [
    CaseMember(name: "김위원", capacity: .civilian), CaseMember(name: "이위원", capacity: .chair, conflict: "제안자의 친족"),
  ]

  static let record = Deliberation(
    heldAt: day(2), attendance: [Attendance(capacity: .civilian, present: 8, absent: 1)], minutes: "심의하였다.",
    opinionsFor: ["필요하다."], opinionsAgainst: ["비싸다."], cost: "연 3억 원")

  static func plan(_ ends: [String], reason: String? = nil, numbers: [Int?] = []) throws -> CheckedPlan {
    let steps = try ends.enumerated().map { index, end in
      PlanDraft.Step(
        number: index < numbers.count ? numbers[index] : nil, title: "단계 \(end)", deliverable: "노선도",
        startsOn: try #require(Day("2026-12-01")), endsOn: try #require(Day(end)))
    }
    return CheckedPlan(steps: steps, reason: reason)
  }

  static func received() throws -> Case {
    try Case.received(crossed(), as: CaseID(), within: terms, at: day(0)).changed
  }

  static func deliberated() throws -> Case {
    try received().assigned(to: members, by: actor, at: day(1)).changed
      .scheduled(session(on: 2), by: actor, at: day(1)).changed
      .deliberated(record, by: actor, at: day(2)).changed
  }

  static func submitted() throws -> Case {
    try deliberated().decided(.adopt, for: "필요하다.", with: nil, within: terms, by: actor, at: day(3)).changed
  }

  static func onAgenda() throws -> Case {
    try submitted().placedOnAgenda(session(on: 9), item: 3, by: actor, at: day(4)).changed
  }

  static func conclusion(
    _ outcome: MeetingOutcome, at days: Double, conditions: String? = nil, deferredTo: Day? = nil
  ) -> Dossier.Conclusion {
    Dossier.Conclusion(
      outcome: outcome, heldAt: day(days), reasons: "회의록", conditions: conditions, deferredTo: deferredTo,
      recording: nil, concludedAt: day(days))
  }

  static func ministry(_ slug: String = "molit") throws -> Ministry { try #require(Ministry.named(slug)) }

  static func assigned() throws -> Case {
    try onAgenda().concluded(
      conclusion(.adopted, at: 9), then: (ministry(), text), within: terms, by: actor
    ).changed
  }

  static func accepted() throws -> Case { try assigned().accepted(by: "버스정책과", of: actor, at: day(10)).changed }

  static func answered() throws -> Case {
    try accepted().answered("늘리겠습니다.", by: "버스정책과", signedBy: "박과장", within: terms, by: actor, at: day(20)).changed
  }
}

extension Change {
  /// Names of the events that were told, and of the ministry that has a copy, in order.
  var names: [String] {
    told.map { told in
      let type = Swift.type(of: told.event).type.replacing("kr.forum.case.", with: "").dropLast(3)
      return told.ministry.map { "\(type)>\($0.slug)" } ?? String(type)
    }
  }
}
