import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

/// Turns events into what the pages show: each changes its own part of a row, and adds a line to the history.
struct Chronicle: Sendable {
  /// What authors did.
  func apply(proposal envelope: Envelope<ProposalEvent>, in transaction: Transaction) async throws {
    let id: ProposalID
    switch envelope.event {
    case .submitted(let event):
      id = event.proposal
      try await transaction.insert(
        ProposalText(summary: event.summary, body: event.body, reference: event.reference), of: id)
    case .withdrawn(let event): id = event.proposal
    }
    try await transaction.learn(about: id) { $0.learn(envelope.event) }
    try await transaction.insert(Occurrence(envelope.event), of: id, event: envelope.id)
  }

  /// What the Support Unit decided.
  func apply(moderation envelope: Envelope<ModerationEvent>, in transaction: Transaction) async throws {
    let id =
      switch envelope.event {
      case .accepted(let event): event.proposal
      case .rejected(let event): event.proposal
      case .selected(let event): event.proposal
      }
    try await transaction.learn(about: id) { $0.learn(envelope.event) }
    try await transaction.insert(Occurrence(envelope.event), of: id, event: envelope.id)
  }

  /// How the vote goes.
  func apply(vote envelope: Envelope<VoteEvent>, in transaction: Transaction) async throws {
    let id =
      switch envelope.event {
      case .scheduled(let event): event.proposal
      case .opened(let event): event.proposal
      case .barCrossed(let event): event.proposal
      case .closed(let event): event.proposal
      }
    try await transaction.learn(about: id) { $0.learn(envelope.event, at: envelope.time) }
    try await transaction.insert(Occurrence(envelope.event, at: envelope.time), of: id, event: envelope.id)
  }

  /// The count so far; too many of them for the history.
  func apply(tally envelope: Envelope<TallyEvent>, in transaction: Transaction) async throws {
    switch envelope.event {
    case .counted(let event):
      try await transaction.learn(about: event.proposal) { $0.learn(envelope.event) }
    }
  }

  /// Who has the case.
  func apply(referral envelope: Envelope<ReferralEvent>, in transaction: Transaction) async throws {
    let id =
      switch envelope.event {
      case .received(let event): event.proposal
      case .assigned(let event): event.proposal
      }
    try await transaction.learn(about: id) { $0.learn(envelope.event) }
    try await transaction.insert(Occurrence(envelope.event), of: id, event: envelope.id)
  }
}
