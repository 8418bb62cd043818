import Contracts
import FoundationEssentials

/// What was put on record of a case; all of it is public.
struct Dossier: Codable, Sendable, Equatable {
  /// That the Support Unit referred it; nil where something else brought it.
  var referral: Referral?
  var members: [CaseMember] = []
  var session: CaseSession?
  var deliberations: [Deliberation] = []
  var decisions: [Decision] = []
  var supplements: [Supplement] = []
  var agenda: Agenda?
  var conclusions: [Conclusion] = []
  var transfers: [Transfer] = []
  /// Who in the ministry in charge works on it.
  var department: String?
  var answer: Answer?
  var plan: Plan?
  /// The highest number that a milestone of any plan had: none is given twice.
  var lastMilestone = 0
  var reports: [Report] = []
  var delays: [Delay] = []
  var completion: Completion?
  var discontinuation: Discontinuation?

  /// From which off-line event the Support Unit referred it, and why.
  struct Referral: Codable, Sendable, Equatable {
    let event: OfflineEvent
    let reasons: String
    let referredAt: Date
  }

  /// What the Committee decided.
  struct Decision: Codable, Sendable, Equatable {
    let decision: CommitteeDecision
    let reasons: String
    /// What is to be done otherwise than proposed.
    let changes: String?
    let decidedAt: Date
  }

  /// What the Support Unit added.
  struct Supplement: Codable, Sendable, Equatable {
    let text: String
    let supplementedAt: Date
  }

  /// The strategy meeting that has it on its agenda.
  struct Agenda: Codable, Sendable, Equatable {
    let session: CaseSession
    let item: Int?
  }

  /// What a strategy meeting concluded.
  struct Conclusion: Codable, Sendable, Equatable {
    let outcome: MeetingOutcome
    let heldAt: Date
    let reasons: String
    let conditions: String?
    let deferredTo: Day?
    let recording: String?
    let concludedAt: Date
  }

  /// From one ministry to another.
  struct Transfer: Codable, Sendable, Equatable {
    let from: String
    let to: String
    let reason: String
    let transferredAt: Date
  }

  /// The official answer.
  struct Answer: Codable, Sendable, Equatable {
    let ministry: String
    let department: String
    let signatory: String
    let text: String
    let answeredAt: Date
  }

  /// What the ministry will do.
  struct Plan: Codable, Sendable, Equatable {
    let revision: Int
    var milestones: [Milestone]
    let reason: String?
    let plannedAt: Date
  }

  /// How far a milestone was at a time.
  struct Report: Codable, Sendable, Equatable {
    let milestone: Int
    let status: MilestoneStatus
    let text: String
    let evidence: [String]
    let reportedAt: Date
  }

  /// That a milestone takes longer.
  struct Delay: Codable, Sendable, Equatable {
    let milestone: Int
    let from: Day
    let to: Day
    let reason: String
    let delayedAt: Date
  }

  /// That all is done.
  struct Completion: Codable, Sendable, Equatable {
    let summary: String
    let evidence: [String]
    let completedAt: Date
  }

  /// That the ministry does not go on.
  struct Discontinuation: Codable, Sendable, Equatable {
    let reasons: String
    let discontinuedAt: Date
  }
}

extension Dossier {
  /// Reads what was stored; lists that were not known then are empty.
  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    func list<Item: Decodable>(_ key: CodingKeys) throws -> [Item] {
      try container.decodeIfPresent([Item].self, forKey: key) ?? []
    }
    referral = try container.decodeIfPresent(Referral.self, forKey: .referral)
    members = try list(.members)
    session = try container.decodeIfPresent(CaseSession.self, forKey: .session)
    deliberations = try list(.deliberations)
    decisions = try list(.decisions)
    supplements = try list(.supplements)
    agenda = try container.decodeIfPresent(Agenda.self, forKey: .agenda)
    conclusions = try list(.conclusions)
    transfers = try list(.transfers)
    department = try container.decodeIfPresent(String.self, forKey: .department)
    answer = try container.decodeIfPresent(Answer.self, forKey: .answer)
    plan = try container.decodeIfPresent(Plan.self, forKey: .plan)
    lastMilestone = try container.decodeIfPresent(Int.self, forKey: .lastMilestone) ?? 0
    reports = try list(.reports)
    delays = try list(.delays)
    completion = try container.decodeIfPresent(Completion.self, forKey: .completion)
    discontinuation = try container.decodeIfPresent(Discontinuation.self, forKey: .discontinuation)
  }
}
