import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

/// Turns events into what the pages show: each changes its own part of a row, and adds a line to the history.
struct Chronicle: Sendable {
  /// What authors did.
  func apply(proposal envelope: Envelope<ProposalEvent>, in transaction: Transaction) async throws {
    guard let occurrence = Occurrence(envelope.event) else { return }
    let id = envelope.event.proposal
    switch envelope.event {
    case .submitted(let event):
      try await transaction.count(event)
      try await transaction.keep(
        ProposalText(summary: event.summary, body: event.body, reference: event.reference),
        version: event.revision ?? 1, of: id)
    case .revised(let event):
      try await transaction.keep(
        ProposalText(summary: event.summary, body: event.body, reference: event.reference), version: event.revision,
        of: id)
    case .supportersSought, .lapsed, .withdrawn, .sympathyCounted, .opinionModerated: break
    }
    try await transaction.learn(about: id) { $0.learn(envelope.event) }
    try await transaction.insert(occurrence, of: id, from: envelope)
  }

  /// What the Support Unit decided.
  func apply(moderation envelope: Envelope<ModerationEvent>, in transaction: Transaction) async throws {
    let id = envelope.event.proposal
    try await transaction.learn(about: id) { $0.learn(envelope.event) }
    try await transaction.insert(Occurrence(envelope.event), of: id, from: envelope)
  }

  /// How the vote goes.
  func apply(vote envelope: Envelope<VoteEvent>, in transaction: Transaction) async throws {
    guard let occurrence = Occurrence(envelope.event, at: envelope.time) else { return }
    let id = envelope.event.proposal
    try await transaction.learn(about: id) { $0.learn(envelope.event, at: envelope.time) }
    try await transaction.insert(occurrence, of: id, from: envelope)
  }

  /// The count so far; too many of them for the history.
  func apply(tally envelope: Envelope<TallyEvent>, in transaction: Transaction) async throws {
    try await transaction.learn(about: envelope.event.proposal) { $0.learn(envelope.event) }
  }

  /// What everybody is told: it holds until its end is told.
  func apply(notice envelope: Envelope<NoticeEvent>, in transaction: Transaction) async throws {
    switch envelope.event {
    case .reviewDelayed(let event):
      try await transaction.keep(DelayNotice(targetDays: event.targetDays, since: event.noticedAt))
    case .reviewOnTime: try await transaction.endDelayNotice()
    }
  }

  /// Who has the case.
  func apply(referral envelope: Envelope<ReferralEvent>, in transaction: Transaction) async throws {
    let id = envelope.event.proposal
    try await transaction.learn(about: id) { $0.learn(envelope.event) }
    try await transaction.keepRecord(of: envelope)
    guard let occurrence = Occurrence(envelope.event) else { return }
    try await transaction.insert(occurrence, of: id, from: envelope)
  }
}
