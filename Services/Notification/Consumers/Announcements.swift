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
    var early: [EarlyEvent] = []
    switch envelope.event {
    case .supportersSought(let event):
      early = try await transaction.follow(event.proposal, by: event.author, event.title, event.category)
    case .submitted(let event):
      early = try await transaction.follow(event.proposal, by: event.author, event.title, event.category)
      try await transaction.insertSupporters(event.supporters ?? [], of: event.proposal)
    case .revised(let event): try await transaction.rename(event.proposal, event.title, event.category)
    case .lapsed, .withdrawn: break
    // Of numbers that change all the time, and of what others said, nobody is written to.
    case .sympathyCounted, .opinionModerated: return
    }
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
    if occasion.isPublic {
      try await transaction.queueDeliveries(
        of: envelope.id, type: envelope.type, time: envelope.time, data: PublicEvent.data(of: envelope.data),
        at: clock.now)
    }
    guard occasion.isWrittenAbout else { return }
    try await write(
      about: occasion, EarlyEvent(id: envelope.id, type: envelope.type, data: envelope.data), in: transaction)
  }

  /// Queues letters to the author and the supporters who left an address; puts the event aside if the author is not known
  /// yet, since topics have no order among each other.
  private func write(about occasion: Occasion, _ event: EarlyEvent, in transaction: Transaction) async throws {
    guard let proposal = try await transaction.followed(occasion.proposal) else {
      log.debug("event before its proposal", ["type": "\(event.type)", "proposal": "\(occasion.proposal)"])
      return try await transaction.putAside(event, of: occasion.proposal, at: clock.now)
    }
    try await queue(for: event, to: proposal.author, in: transaction) { language in
      Letter(occasion, about: proposal.title, in: language, publicURL: publicURL)
    }
    for supporter in try await transaction.supporters(of: occasion.proposal) {
      try await queue(for: event, to: supporter, in: transaction) { language in
        Letter(toSupporterAbout: occasion, about: proposal.title, in: language, publicURL: publicURL)
      }
    }
  }

  private func queue(
    for event: EarlyEvent, to citizen: CitizenID, in transaction: Transaction, _ letter: (Language) -> Letter?
  ) async throws {
    guard let language = try await transaction.language(of: citizen), let letter = letter(language) else { return }
    try await transaction.queue(letter, in: language, for: event.id, to: citizen, at: clock.now)
  }
}
