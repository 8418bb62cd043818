import Contracts
import FoundationEssentials

extension Facts {
  /// What an author did.
  mutating func learn(_ event: ProposalEvent) {
    switch event {
    case .supportersSought(let event): filedAt = event.filedAt
    case .submitted(let event):
      learn(event.title, event.category, of: event.revision ?? 1)
      submittedAt = event.submittedAt
    case .revised(let event): learn(event.title, event.category, of: event.revision)
    case .lapsed(let event): lapse = Lapse(reason: event.reason, at: event.lapsedAt)
    case .withdrawn(let event): withdrawal = Withdrawal(reason: event.reason, at: event.withdrawnAt)
    case .sympathyCounted, .opinionModerated: break
    }
  }

  /// What the Support Unit decided.
  mutating func learn(_ event: ModerationEvent) {
    switch event {
    case .accepted(let event): acceptedAt = event.acceptedAt
    case .rejected(let event):
      rejection = Rejection(code: event.code, explanation: event.explanation, at: event.rejectedAt)
    case .returned(let event):
      returned = Return(revision: event.revision, note: event.note, at: event.returnedAt)
    case .appealed(let event):
      appeal = Appeal(ground: event.ground, statement: event.statement, at: event.appealedAt)
    case .appealDecided(let event):
      appealDecision = AppealDecision(outcome: event.outcome, explanation: event.explanation, at: event.decidedAt)
    case .merged(let event): merger = Merger(into: event.into, reason: event.reason, at: event.mergedAt)
    case .selected(let event):
      name(event.title, event.category)
      selectedAt = event.selectedAt
    }
  }

  /// How the vote goes.
  /// - Parameter time: when the event was made; the announcement carries no time of its own.
  mutating func learn(_ event: VoteEvent, at time: Date) {
    switch event {
    case .scheduled(let event):
      name(event.title, event.category)
      (rule, ruleHash) = (event.rule, event.ruleHash)
      scheduledAt = time
    case .opened(let event):
      (rule, ruleHash) = (event.rule, event.ruleHash)
      openedAt = event.openedAt
    case .paused(let event): pausedAt = event.pausedAt
    case .resumed(let event): (pausedAt, endsAt) = (nil, event.closesAt)
    case .extended(let event): endsAt = event.closesAt
    case .trendAlarm: break
    case .barCrossed(let event):
      name(event.title, event.category)
      cross(at: event.crossedAt)
    case .barLost(let event):
      lose(Loss(crossedAt: event.crossedAt, at: event.lostAt, yes: event.yes, no: event.no))
    case .closed(let event):
      closing = Closing(yes: event.yes, no: event.no, carried: event.carried, at: event.closedAt)
    case .resultAmended(let event):
      amend(Closing(yes: event.yes, no: event.no, carried: event.carried, at: event.amendedAt))
    case .ballotsRuled: break
    }
  }

  /// The count so far: the highest version stays.
  mutating func learn(_ event: TallyEvent) {
    switch event {
    case .counted(let event):
      guard event.version > count?.version ?? -1 else { return }
      count = Tally(yes: event.yes, no: event.no, version: event.version, countedAt: event.countedAt)
    }
  }

  /// Who has the case.
  mutating func learn(_ event: ReferralEvent) {
    follow(event)
    switch event {
    case .received(let event):
      name(event.title, event.category)
      receipt = Receipt(
        caseID: event.caseID, at: event.receivedAt, dueAt: event.dueAt, origin: event.origin, event: event.event)
    case .assigned(let event):
      name(event.title, event.category)
      assignment = Assignment(
        ministry: event.ministry, at: event.assignedAt, dueAt: event.dueAt, crossedAt: event.crossedAt)
    case .resumed(let event):
      resume(Resumption(crossedAt: event.crossedAt, ministry: event.ministry, dueAt: event.dueAt))
    // Of a suspension the vote tells, and names the crossing.
    default: break
    }
  }

  /// The newest version stays.
  private mutating func learn(_ title: String, _ category: Category, of revision: Int) {
    guard revision >= self.revision ?? 0 else { return }
    (self.title, self.category, self.revision) = (title, category, revision)
  }

  /// Later events repeat title and category: good until the proposal itself comes.
  private mutating func name(_ title: String, _ category: Category) {
    self.title = self.title ?? title
    self.category = self.category ?? category
  }
}
