import Contracts
import FoundationEssentials

@testable import Portal

/// Events of one proposal, at times that follow each other by a minute.
struct SampleTask {
  let id = ProposalID()
  let caseID = CaseID()
  var title = "제목"
  var body = "본문"
  var rule = VoteRule(yesBar: 100, referral: .atOnce, opensAt: Self.time(10), closesAt: Self.time(1_000))

  static func time(_ minute: Int) -> Date { Date(milliseconds: 1_795_000_000_000 + Int64(minute) * 60_000) }

  /// One event as the portal learns it.
  enum Step {
    case proposal(ProposalEvent)
    case moderation(ModerationEvent)
    case vote(VoteEvent, Date)
    case tally(TallyEvent)
    case referral(ReferralEvent)

    func apply(to facts: inout Facts) {
      switch self {
      case .proposal(let event): facts.learn(event)
      case .moderation(let event): facts.learn(event)
      case .vote(let event, let time): facts.learn(event, at: time)
      case .tally(let event): facts.learn(event)
      case .referral(let event): facts.learn(event)
      }
    }
  }

  var sought: Step {
    .proposal(
      .supportersSought(
        SupportersSought(
          proposal: id, author: CitizenID(), title: title, category: .transport, needed: 5, endsAt: Self.time(500),
          filedAt: Self.time(-10))))
  }

  var submission: Step {
    .proposal(
      .submitted(
        ProposalSubmitted(
          proposal: id, author: CitizenID(), title: title, summary: body, body: body, category: .transport,
          reference: body, submittedAt: Self.time(0))))
  }

  func rejection(_ code: RejectionCode) -> Step {
    .moderation(
      .rejected(ProposalRejected(proposal: id, code: code, explanation: body, rejectedAt: Self.time(2))))
  }

  func count(_ version: Int64, yes: Int64) -> Step {
    .tally(
      .counted(
        TallyCounted(
          proposal: id, version: version, yes: yes, no: 1, countedUpTo: [version],
          countedAt: Self.time(20 + Int(version)))))
  }

  /// The event that an action of the lifecycle causes.
  /// - Parameters:
  ///   - revision: the version of the text before it.
  ///   - crossing: when the bar was crossed last.
  ///   - carried: whether a vote that closes does.
  func step(
    _ action: TaskAction, _ minute: Int, revision: Int = 1, crossing: Int = 30, carried: Bool = true
  ) -> Step {
    let time = Self.time(minute)
    return switch action {
    case .passGate: submission
    case .revise:
      .proposal(
        .revised(
          ProposalRevised(
            proposal: id, revision: revision + 1, title: title, summary: body, body: body, category: .transport,
            reference: nil, fingerprint: "ab", revisedAt: time)))
    case .lapse: .proposal(.lapsed(ProposalLapsed(proposal: id, reason: .notRevised, lapsedAt: time)))
    case .return:
      .moderation(.returned(ProposalReturned(proposal: id, revision: revision, note: body, returnedAt: time)))
    case .appeal:
      .moderation(
        .appealed(RejectionAppealed(proposal: id, ground: .procedure, statement: body, appealedAt: time)))
    case .uphold, .overturn:
      .moderation(
        .appealDecided(
          AppealDecided(
            proposal: id, outcome: action == .uphold ? .upheld : .overturned, explanation: body, decidedAt: time)))
    case .merge: .moderation(.merged(ProposalMerged(proposal: id, into: ProposalID(), reason: body, mergedAt: time)))
    case .accept: .moderation(.accepted(ProposalAccepted(proposal: id, acceptedAt: time)))
    case .reject: rejection(.duplicate)
    case .withdraw: .proposal(.withdrawn(ProposalWithdrawn(proposal: id, reason: .mistake, withdrawnAt: time)))
    case .select:
      .moderation(
        .selected(
          TaskSelected(
            proposal: id, author: CitizenID(), title: title, category: .transport, reference: nil, rule: rule,
            reason: body, selectedAt: time)))
    case .schedule:
      .vote(
        .scheduled(VoteScheduled(proposal: id, title: title, category: .transport, rule: rule, ruleHash: "ab")), time)
    case .open: .vote(.opened(VoteOpened(proposal: id, rule: rule, ruleHash: "ab", openedAt: time)), time)
    case .crossBar:
      .vote(
        .barCrossed(
          VoteBarCrossed(
            proposal: id, title: title, category: .transport, yes: 101, no: 1, yesBar: 100, ruleHash: "ab",
            crossedAt: time)), time)
    case .close:
      .vote(
        .closed(
          VoteClosed(proposal: id, yes: 150, no: 9, yesBar: 100, carried: carried, ruleHash: "ab", closedAt: time)),
        time)
    case .refer: receipt(from: .month)
    case .assign:
      .referral(
        .assigned(
          CaseAssigned(
            caseID: caseID, proposal: id, ministry: "molit", title: title, summary: body, body: body,
            category: .transport, yes: 101, no: 1, yesBar: 100, ruleHash: "ab", assignedAt: time, dueAt: time,
            crossedAt: Self.time(crossing))))
    case .endorse: decision(.adopt, time)
    case .decline: decision(.decline, time)
    case .begin:
      .referral(
        .accepted(
          CaseAccepted(
            caseID: caseID, proposal: id, title: title, ministry: "molit", department: body, actor: CitizenID(),
            acceptedAt: time)))
    // The assignment that follows tells the state.
    case .transfer: step(.assign, minute, crossing: crossing)
    case .complete:
      .referral(
        .completed(
          CaseCompleted(
            caseID: caseID, proposal: id, title: title, ministry: "molit", summary: body, evidence: [],
            actor: CitizenID(), completedAt: time)))
    case .discontinue:
      .referral(
        .discontinued(
          CaseDiscontinued(
            caseID: caseID, proposal: id, title: title, ministry: "molit", reasons: body, actor: CitizenID(),
            discontinuedAt: time)))
    case .loseBar:
      .vote(
        .barLost(
          VoteBarLost(
            proposal: id, title: title, yes: 99, no: 1, yesBar: 100, ruleHash: "ab", crossedAt: Self.time(crossing),
            lostAt: time)), time)
    }
  }

  /// What the Committee decided.
  private func decision(_ decision: CommitteeDecision, _ time: Date) -> Step {
    .referral(
      .decided(
        CaseDecided(
          caseID: caseID, proposal: id, title: title, decision: decision, reasons: body, changes: nil,
          holder: decision == .adopt ? "strategy-meeting" : nil, dueAt: decision == .adopt ? time : nil,
          actor: CitizenID(), decidedAt: time)))
  }

  /// A case that goes on.
  func resumption(_ minute: Int, crossing: Int, ministry: String? = "molit") -> Step {
    .referral(
      .resumed(
        CaseResumed(
          caseID: caseID, proposal: id, ministry: ministry, title: title, yes: 101, no: 1, yesBar: 100, ruleHash: "ab",
          crossedAt: Self.time(crossing), suspendedAt: Self.time(crossing), resumedAt: Self.time(minute),
          dueAt: Self.time(minute + 1_000))))
  }

  /// A suspended case that ends.
  func lapse(_ minute: Int, crossing: Int) -> Step {
    .referral(
      .lapsed(
        CaseLapsed(
          caseID: caseID, proposal: id, title: title, ministry: nil, cause: .ruled, explanation: body, actor: nil,
          crossedAt: Self.time(crossing), lapsedAt: Self.time(minute))))
  }

  /// A closed vote's result after ballots were voided.
  func amendment(_ minute: Int, yes: Int64, carried: Bool) -> Step {
    let time = Self.time(minute)
    return .vote(
      .resultAmended(
        VoteResultAmended(
          proposal: id, yes: yes, no: 9, yesBar: 100, carried: carried, ruleHash: "ab",
          shortfalls: carried ? [] : [.bar], resultHash: "cd", formerResultHash: "ab", amendedAt: time)), time)
  }

  var receipt: Step { receipt(from: nil) }

  func receipt(from origin: CaseOrigin?) -> Step {
    .referral(
      .received(
        CaseReceived(
          caseID: caseID, proposal: id, title: title, category: .transport, yes: 101, no: 1, yesBar: 100,
          ruleHash: "ab", receivedAt: Self.time(60), dueAt: Self.time(600), origin: origin)))
  }

  func facts(_ steps: [Step]) -> Facts {
    var facts = Facts(id)
    for step in steps { step.apply(to: &facts) }
    return facts
  }
}

extension [SampleTask.Step] {
  /// In another order that keeps the order within each topic, as Kafka does.
  func shuffledByTopic(using generator: inout some RandomNumberGenerator) -> Self {
    var queues = Dictionary(grouping: self, by: \.topic)
    return map(\.topic).shuffled(using: &generator).compactMap { queues[$0]?.removeFirst() }
  }
}

extension SampleTask.Step {
  fileprivate var topic: Int {
    switch self {
    case .proposal: 0
    case .moderation: 1
    case .vote: 2
    case .tally: 3
    case .referral: 4
    }
  }
}
