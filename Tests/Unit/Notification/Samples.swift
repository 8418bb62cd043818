import Contracts
import FoundationEssentials
import Testing

@testable import Notification

/// One event of each kind.
enum Samples {
  static let proposal = ProposalID("0197f5b2-0000-7000-8000-000000000001") ?? ProposalID()
  static let author = CitizenID("0197f5b2-0000-7000-8000-000000000002") ?? CitizenID()
  static let title = "공원에 나무를 더 심어 주세요"
  /// 2026-11-24T09:30:00Z, half past six in the evening in Korea.
  static let time = Date(timeIntervalSince1970: 1_795_512_600)
  static let rule = VoteRule(
    yesBar: 100_000, referral: .atOnce, opensAt: time, closesAt: time.addingTimeInterval(86_400))

  static func rejected(_ code: RejectionCode) -> Occasion {
    .moderation(
      .rejected(ProposalRejected(proposal: proposal, code: code, explanation: "Because of 3.", rejectedAt: time)))
  }

  static func closed(carried: Bool) -> Occasion {
    .vote(
      .closed(
        VoteClosed(
          proposal: proposal, yes: 1_234_567, no: 89, yesBar: 100_000, carried: carried, ruleHash: "", closedAt: time)))
  }

  static let submitted = ProposalSubmitted(
    proposal: proposal, author: author, title: title, summary: "s", body: "b", category: .safety, reference: nil,
    submittedAt: time)

  static let selected = TaskSelected(
    proposal: proposal, author: author, title: title, category: .safety, reference: nil, rule: rule,
    reason: "Many asked.", selectedAt: time)

  static let assigned = CaseAssigned(
    caseID: CaseID(), proposal: proposal, ministry: "me", title: title, summary: "s", body: "b", category: .safety,
    yes: 100_001, no: 5, yesBar: 100_000, ruleHash: "", assignedAt: time, dueAt: time)

  static let barCrossed = VoteBarCrossed(
    proposal: proposal, title: title, category: .safety, yes: 100_001, no: 5, yesBar: 100_000, ruleHash: "",
    crossedAt: time)

  static func ruled(_ code: RulingCode, yes: Int64? = 1_200, no: Int64? = 34) -> Occasion {
    .vote(
      .ballotsRuled(
        BallotsRuled(
          proposal: proposal, ruling: RulingID(), kind: code.kind, code: code, reason: "Because of 3.", yes: yes,
          no: no,
          proposedBy: CitizenID(), confirmedBy: CitizenID(), confirmedAt: time, ruleHash: "")))
  }

  static let barLost = VoteBarLost(
    proposal: proposal, title: title, yes: 99_900, no: 5, yesBar: 100_000, ruleHash: "", crossedAt: time, lostAt: time)

  static func amended(carried: Bool) -> Occasion {
    .vote(
      .resultAmended(
        VoteResultAmended(
          proposal: proposal, yes: 1_200_000, no: 77, yesBar: 100_000, carried: carried, ruleHash: "",
          shortfalls: carried ? [] : [.turnout], resultHash: "", formerResultHash: nil, amendedAt: time)))
  }

  static let suspended = CaseSuspended(
    caseID: CaseID(), proposal: proposal, ministry: "me", title: title, reason: .barLost, yes: 99_900, no: 5,
    yesBar: 100_000, ruleHash: "", crossedAt: time, lostAt: time, suspendedAt: time)

  static let resumed = CaseResumed(
    caseID: CaseID(), proposal: proposal, ministry: "me", title: title, yes: 100_002, no: 5, yesBar: 100_000,
    ruleHash: "", crossedAt: time, suspendedAt: time, resumedAt: time, dueAt: time)

  static let received = CaseReceived(
    caseID: CaseID(), proposal: proposal, title: title, category: .safety, yes: 100_001, no: 5, yesBar: 100_000,
    ruleHash: "", receivedAt: time, dueAt: time)

  static let sought = SupportersSought(
    proposal: proposal, author: author, title: title, category: .safety, needed: 5, endsAt: time, filedAt: time)

  static let revised = ProposalRevised(
    proposal: proposal, revision: 2, title: title, summary: "s", body: "b", category: .safety, reference: nil,
    fingerprint: "", revisedAt: time)

  static func appealDecided(_ outcome: AppealOutcome) -> Occasion {
    .moderation(
      .appealDecided(AppealDecided(proposal: proposal, outcome: outcome, explanation: "Because of 3.", decidedAt: time))
    )
  }

  static let merged = ProposalMerged(proposal: proposal, into: ProposalID(), reason: "The same.", mergedAt: time)

  static let occasions: [Occasion] =
    [
      .proposal(.submitted(submitted)),
      .proposal(.withdrawn(ProposalWithdrawn(proposal: proposal, reason: .mistake, withdrawnAt: time))),
      .moderation(.accepted(ProposalAccepted(proposal: proposal, acceptedAt: time))),
      rejected(.duplicate),
      .moderation(.selected(selected)),
      .vote(
        .scheduled(VoteScheduled(proposal: proposal, title: title, category: .safety, rule: rule, ruleHash: ""))),
      .vote(.opened(VoteOpened(proposal: proposal, rule: rule, ruleHash: "", openedAt: time))),
      .vote(.paused(VotePaused(proposal: proposal, reason: "Why.", pausedAt: time, closesAt: time, ruleHash: ""))),
      .vote(.resumed(VoteResumed(proposal: proposal, reason: "Why.", resumedAt: time, closesAt: time, ruleHash: ""))),
      .vote(
        .extended(VoteExtended(proposal: proposal, reason: "Why.", extendedAt: time, closesAt: time, ruleHash: ""))),
      .vote(
        .trendAlarm(
          VoteTrendAlarm(
            proposal: proposal, kind: .oneSiteShare, share: 0.31, ballots: nil, hour: time, observedAt: time))),
      .vote(.barCrossed(barCrossed)),
      closed(carried: true),
      .referral(.received(received)),
      ruled(.automated),
      .vote(.barLost(barLost)),
      .referral(.suspended(suspended)),
      .referral(.resumed(resumed)),
      amended(carried: false),
      .referral(.assigned(assigned)),
      .proposal(.supportersSought(sought)),
      .proposal(.revised(revised)),
      .proposal(.lapsed(ProposalLapsed(proposal: proposal, reason: .noSupporters, lapsedAt: time))),
      .moderation(.returned(ProposalReturned(proposal: proposal, revision: 1, note: "Shorter.", returnedAt: time))),
      .moderation(
        .appealed(RejectionAppealed(proposal: proposal, ground: .procedure, statement: "No.", appealedAt: time))),
      appealDecided(.upheld),
      .moderation(.merged(merged)),
    ] + cases
}
