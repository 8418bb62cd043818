import Contracts
import FoundationEssentials

/// One line of a proposal's history.
struct Occurrence: Sendable, Equatable {
  /// What happened, in the order of the way that a proposal takes.
  enum Kind: String, Sendable, CaseIterable {
    case filed, submitted, returned, revised, lapsed, accepted, rejected, appealed, upheld, overturned, merged
    case withdrawn, selected, scheduled, opened, paused, resumed, extended
    case ballotsVoided = "ballots-voided", ballotsReleased = "ballots-released"
    case barCrossed = "bar-crossed", barLost = "bar-lost", closed, resultAmended = "result-amended"
    case received, membersAssigned = "members-assigned", caseScheduled = "case-scheduled", deliberated, decided
    case supplemented, toMeeting = "to-meeting", placedOnAgenda = "placed-on-agenda", concluded
    case caseSuspended = "case-suspended", caseResumed = "case-resumed", caseLapsed = "case-lapsed"
    case transferred, assigned, taken, planned, answered, progressed, delayed, periodExtended = "period-extended"
    case overdue, escalated
    case milestoneOverdue = "milestone-overdue", milestoneEscalated = "milestone-escalated"
    case completed, discontinued
  }

  let kind: Kind
  let at: Date
  /// A code of the contracts, a ministry's slug, the number of a milestone, or the proposal that goes on.
  var code: String?
  /// What the Support Unit wrote, or the title of a milestone.
  var note: String?
  var yes: Int64?
  var no: Int64?
  var dueAt: Date?
  /// Who has the case after it, as `Holder` names it; nil where that does not change, or the case has ended.
  var holder: String?
  /// Until when the holder owes the next step.
  var owedAt: Date?

  init(
    _ kind: Kind, at: Date, code: String? = nil, note: String? = nil, yes: Int64? = nil, no: Int64? = nil,
    dueAt: Date? = nil
  ) {
    self.kind = kind
    self.at = at
    self.code = code
    self.note = note
    self.yes = yes
    self.no = no
    self.dueAt = dueAt
  }
}

extension Occurrence {
  /// Nil for what happens too often for a history, and for what is said about the proposal.
  init?(_ event: ProposalEvent) {
    switch event {
    case .supportersSought(let event): self.init(.filed, at: event.filedAt)
    case .submitted(let event): self.init(.submitted, at: event.submittedAt)
    case .revised(let event): self.init(.revised, at: event.revisedAt)
    case .lapsed(let event): self.init(.lapsed, at: event.lapsedAt, code: event.reason.rawValue)
    case .withdrawn(let event): self.init(.withdrawn, at: event.withdrawnAt, code: event.reason.rawValue)
    case .sympathyCounted, .opinionModerated: return nil
    }
  }

  init(_ event: ModerationEvent) {
    switch event {
    case .accepted(let event): self.init(.accepted, at: event.acceptedAt)
    case .rejected(let event):
      self.init(.rejected, at: event.rejectedAt, code: event.code.rawValue, note: event.explanation)
    case .returned(let event): self.init(.returned, at: event.returnedAt, note: event.note)
    case .appealed(let event):
      self.init(.appealed, at: event.appealedAt, code: event.ground.rawValue, note: event.statement)
    case .appealDecided(let event):
      self.init(event.outcome == .upheld ? .upheld : .overturned, at: event.decidedAt, note: event.explanation)
    case .merged(let event):
      self.init(.merged, at: event.mergedAt, code: event.into.description, note: event.reason)
    case .selected(let event): self.init(.selected, at: event.selectedAt, note: event.reason)
    }
  }

  /// Nil for what is no step of the vote.
  /// - Parameter time: when the event was made; the announcement carries no time of its own.
  init?(_ event: VoteEvent, at time: Date) {
    switch event {
    case .scheduled: self.init(.scheduled, at: time)
    case .opened(let event): self.init(.opened, at: event.openedAt, dueAt: event.rule.closesAt)
    case .paused(let event): self.init(.paused, at: event.pausedAt, note: event.reason)
    case .resumed(let event):
      self.init(.resumed, at: event.resumedAt, note: event.reason, dueAt: event.closesAt)
    case .extended(let event):
      self.init(.extended, at: event.extendedAt, note: event.reason, dueAt: event.closesAt)
    case .trendAlarm: return nil
    case .barCrossed(let event): self.init(.barCrossed, at: event.crossedAt, yes: event.yes, no: event.no)
    case .ballotsRuled(let event):
      self.init(
        event.kind == .void ? .ballotsVoided : .ballotsReleased, at: event.confirmedAt, code: event.code.rawValue,
        note: event.reason, yes: event.yes, no: event.no)
    case .barLost(let event): self.init(.barLost, at: event.lostAt, yes: event.yes, no: event.no)
    case .closed(let event): self.init(.closed, at: event.closedAt, yes: event.yes, no: event.no)
    case .resultAmended(let event): self.init(.resultAmended, at: event.amendedAt, yes: event.yes, no: event.no)
    }
  }

  /// Nil for what only the holder is told, for numbers, and for what is said about the results.
  init?(_ event: ReferralEvent) {
    switch event {
    case .received(let event): self.init(event)
    case .membersAssigned(let event): self.init(.membersAssigned, at: event.assignedAt)
    case .scheduled(let event):
      self.init(.caseScheduled, at: event.scheduledAt, note: event.reason, dueAt: event.session.meetsAt)
    case .deliberated(let event): self.init(.deliberated, at: event.deliberatedAt)
    case .decided(let event):
      self.init(.decided, at: event.decidedAt, code: event.decision.rawValue, note: event.reasons)
    case .supplemented(let event):
      self.init(.supplemented, at: event.supplementedAt, note: event.supplement, dueAt: event.dueAt)
    case .submitted(let event): self.init(.toMeeting, at: event.submittedAt, dueAt: event.dueAt)
    case .placedOnAgenda(let event):
      self.init(.placedOnAgenda, at: event.placedAt, note: event.reason, dueAt: event.session.meetsAt)
    case .concluded(let event):
      self.init(.concluded, at: event.concludedAt, code: event.outcome.rawValue, note: event.reasons)
    case .assigned(let event):
      self.init(.assigned, at: event.assignedAt, code: event.ministry, dueAt: event.dueAt)
    case .suspended(let event):
      self.init(.caseSuspended, at: event.suspendedAt, code: event.reason.rawValue, yes: event.yes, no: event.no)
    case .resumed(let event):
      self.init(.caseResumed, at: event.resumedAt, yes: event.yes, no: event.no, dueAt: event.dueAt)
    case .lapsed(let event):
      self.init(.caseLapsed, at: event.lapsedAt, code: event.cause.rawValue, note: event.explanation)
    case .accepted, .transferred, .answered, .planned, .progressed, .delayed, .completed, .discontinued:
      self.init(ofMinistry: event)
    case .reminded, .overdue, .escalated, .extended: self.init(ofPeriod: event)
    case .ratingsCounted, .textModerated: return nil
    }
    (holder, owedAt) = (event.custody?.holder, event.custody?.dueAt)
  }

  /// What brought the case is told where that was no bar: of that there is a line of its own.
  private init(_ event: CaseReceived) {
    let code = event.origin.flatMap { $0 == .bar ? nil : $0.rawValue }
    let source = event.event.map { "\($0.name), \($0.heldOn)" }
    let note = [source, event.reasons].compactMap { $0 }.joined(separator: "\n")
    self.init(.received, at: event.receivedAt, code: code, note: note.isEmpty ? nil : note, dueAt: event.dueAt)
  }

  private init?(ofMinistry event: ReferralEvent) {
    switch event {
    case .accepted(let event): self.init(.taken, at: event.acceptedAt, code: event.ministry)
    case .transferred(let event):
      self.init(.transferred, at: event.transferredAt, code: event.to, note: event.reason)
    case .answered(let event):
      self.init(.answered, at: event.answeredAt, code: event.ministry, note: event.answer)
    case .planned(let event):
      self.init(.planned, at: event.plannedAt, note: event.reason, dueAt: event.dueAt)
    case .progressed(let event):
      self.init(.progressed, at: event.progressedAt, code: event.milestone.status.rawValue, note: event.report)
    case .delayed(let event):
      self.init(.delayed, at: event.delayedAt, note: event.reason, dueAt: event.milestone.endsOn.end)
    case .completed(let event): self.init(.completed, at: event.completedAt, note: event.summary)
    case .discontinued(let event): self.init(.discontinued, at: event.discontinuedAt, note: event.reasons)
    default: return nil
    }
  }

  private init?(ofPeriod event: ReferralEvent) {
    switch event {
    case .overdue(let event) where event.milestone != nil:
      self.init(
        .milestoneOverdue, at: event.overdueAt, code: event.milestone.map(String.init), note: event.milestoneTitle,
        dueAt: event.dueAt)
    case .escalated(let event) where event.milestone != nil:
      self.init(
        .milestoneEscalated, at: event.escalatedAt, code: event.to, note: event.milestoneTitle, dueAt: event.dueAt)
    case .overdue(let event): self.init(.overdue, at: event.overdueAt, code: event.holder, dueAt: event.dueAt)
    case .escalated(let event): self.init(.escalated, at: event.escalatedAt, code: event.to, dueAt: event.dueAt)
    case .extended(let event):
      self.init(.periodExtended, at: event.extendedAt, code: event.holder, note: event.reason, dueAt: event.dueAt)
    default: return nil
    }
  }
}

extension [Occurrence] {
  /// In the order in which it happened; at the same moment, in the order of the way.
  var chronological: [Occurrence] {
    let rank = Dictionary(uniqueKeysWithValues: Occurrence.Kind.allCases.enumerated().map { ($1, $0) })
    return sorted { ($0.at, rank[$0.kind] ?? 0) < ($1.at, rank[$1.kind] ?? 0) }
  }
}
