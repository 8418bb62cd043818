import Contracts

@testable import Referral

/// What the document says of requests on cases.
extension OpenAPITests {
  static let caseLimits: [(schema: String, member: [String], characters: Int)] = [
    ("AgendaRequest", ["name"], TextLimit.line),
    ("AgendaRequest", ["place"], TextLimit.line),
    ("AgendaRequest", ["reason"], TextLimit.reason),
    ("CaseAcceptanceRequest", ["department"], TextLimit.line),
    ("CaseReasonRequest", ["reason"], TextLimit.reason),
    ("CaseRequest", ["event", "name"], TextLimit.line),
    ("CaseRequest", ["reasons"], TextLimit.reason),
    ("CompletionRequest", ["summary"], TextLimit.text),
    ("ConclusionRequest", ["reasons"], TextLimit.text),
    ("ConclusionRequest", ["conditions"], TextLimit.text),
    ("DecisionRequest", ["reasons"], TextLimit.text),
    ("DecisionRequest", ["changes"], TextLimit.text),
    ("DelayRequest", ["reason"], TextLimit.reason),
    ("DeliberationRequest", ["minutes"], TextLimit.minutes),
    ("DeliberationRequest", ["opinionsFor", "[]"], TextLimit.reason),
    ("DeliberationRequest", ["opinionsAgainst", "[]"], TextLimit.reason),
    ("DeliberationRequest", ["cost"], TextLimit.reason),
    ("DeliberationRequest", ["feasibility"], TextLimit.reason),
    ("MembersRequest", ["members", "[]", "name"], TextLimit.line),
    ("MembersRequest", ["members", "[]", "conflict"], TextLimit.reason),
    ("MinistryRequest", ["reason"], TextLimit.reason),
    ("OfficialAnswerRequest", ["department"], TextLimit.line),
    ("OfficialAnswerRequest", ["signatory"], TextLimit.line),
    ("OfficialAnswerRequest", ["answer"], TextLimit.text),
    ("PlanRequest", ["milestones", "[]", "title"], TextLimit.line),
    ("PlanRequest", ["milestones", "[]", "deliverable"], TextLimit.reason),
    ("PlanRequest", ["reason"], TextLimit.reason),
    ("ReportRequest", ["report"], TextLimit.text),
    ("SessionRequest", ["name"], TextLimit.line),
    ("SessionRequest", ["place"], TextLimit.line),
    ("SessionRequest", ["reason"], TextLimit.reason),
    ("SupplementRequest", ["text"], TextLimit.text),
  ]

  static let caseLists: [(schema: String, member: String, items: Int)] = [
    ("MembersRequest", "members", TextLimit.items),
    ("DeliberationRequest", "attendance", MemberCapacity.allCases.count),
    ("DeliberationRequest", "opinionsFor", TextLimit.items),
    ("DeliberationRequest", "opinionsAgainst", TextLimit.items),
    ("PlanRequest", "milestones", PlanDraft.mostMilestones),
    ("ReportRequest", "evidence", TextLimit.items),
    ("CompletionRequest", "evidence", TextLimit.items),
  ]

  static let caseAddresses: [(schema: String, member: [String])] = [
    ("CaseRequest", ["event", "record"]),
    ("DeliberationRequest", ["recording"]),
    ("ConclusionRequest", ["recording"]),
    ("ReportRequest", ["evidence", "[]"]),
    ("CompletionRequest", ["evidence", "[]"]),
  ]
}
