import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

/// Turns events into letters to authors and deliveries to webhooks, in the transaction that takes the event.
struct Announcements: Sendable {
  let publicURL: String
  let clock: WallClock
  let log: Log

  func apply(proposal envelope: Envelope<ProposalEvent>, in transaction: Transaction) async throws {
    if case .sympathyCounted = envelope.event { return }
    let early: [EarlyEvent]
    if case .submitted(let event) = envelope.event { early = try await transaction.follow(event) } else { early = [] }
    try await announce(.proposal(envelope.event), envelope, in: transaction)
    for event in early {
      guard let occasion = try Occasion.read(type: event.type, data: event.data) else { continue }
      try await write(about: occasion, event, in: transaction)
    }
  }

  func apply(moderation envelope: Envelope<ModerationEvent>, in transaction: Transaction) async throws {
    try await announce(.moderation(envelope.event), envelope, in: transaction)
  }

  func apply(vote envelope: Envelope<VoteEvent>, in transaction: Transaction) async throws {
    try await announce(.vote(envelope.event), envelope, in: transaction)
  }

  func apply(referral envelope: Envelope<ReferralEvent>, in transaction: Transaction) async throws {
    try await announce(.referral(envelope.event), envelope, in: transaction)
  }

  private func announce<Family>(
    _ occasion: Occasion, _ envelope: Envelope<Family>, in transaction: Transaction
  ) async throws {
    try await transaction.queueDeliveries(
      of: envelope.id, type: envelope.type, time: envelope.time, data: PublicEvent.data(of: envelope.data),
      at: clock.now)
    try await write(
      about: occasion, EarlyEvent(id: envelope.id, type: envelope.type, data: envelope.data), in: transaction)
  }

  /// Queues a letter to the author if they left an address; puts the event aside if the author is not known yet, since
  /// topics have no order among each other.
  private func write(about occasion: Occasion, _ event: EarlyEvent, in transaction: Transaction) async throws {
    let now = clock.now
    guard let proposal = try await transaction.followed(occasion.proposal) else {
      log.debug("event before its proposal", ["type": "\(event.type)", "proposal": "\(occasion.proposal)"])
      return try await transaction.putAside(event, of: occasion.proposal, at: now)
    }
    guard let language = try await transaction.language(of: proposal.author) else { return }
    let letter = Letter(occasion, about: proposal.title, in: language, publicURL: publicURL)
    try await transaction.queue(letter, in: language, for: event.id, to: proposal.author, at: now)
  }
}
