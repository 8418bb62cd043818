import Contracts
import FailPoints
import FoundationEssentials
import Postgres
import ServiceKit

/// Turns events into what people are told and deliveries to webhooks, in the transaction that takes the event.
struct Announcements: Sendable {
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
    case .lapsed, .withdrawn, .sympathyCounted, .opinionModerated: break
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
    guard Occasion.isTold(type: envelope.type) else { return }
    if try await isPublic(occasion, in: transaction) {
      try await transaction.queueDeliveries(
        of: envelope.id, type: envelope.type, time: envelope.time, data: PublicEvent.data(of: envelope.data),
        at: clock.now)
    }
    guard occasion.isWrittenAbout else { return }
    try await write(
      about: occasion, EarlyEvent(id: envelope.id, type: envelope.type, data: envelope.data), in: transaction)
  }

  private func isPublic(_ occasion: Occasion, in transaction: Transaction) async throws -> Bool {
    switch occasion.publicity {
    case .everybody: true
    case .whoKnowsTheProposal: try await transaction.isPublic(occasion.proposal)
    case .nobody: false
    }
  }

  /// Tells the author, the supporters and the followers; puts the event aside if the author is not known yet, since
  /// topics have no order among each other.
  private func write(about occasion: Occasion, _ event: EarlyEvent, in transaction: Transaction) async throws {
    let id = occasion.proposal
    guard let proposal = try await transaction.followed(id) else {
      log.debug("event before its proposal", ["type": "\(event.type)", "proposal": "\(id)"])
      return try await transaction.putAside(event, of: id, at: clock.now)
    }
    let office = occasion.office
    if let isHidden = occasion.hidesText, isHidden != proposal.isTextHidden {
      try await transaction.hideText(of: id, isHidden)
    }
    if occasion.publicity == .everybody, !proposal.isPublic || (office != nil && office != proposal.office) {
      try await transaction.publish(id, at: office)
    }
    let notices = Audience.allCases.compactMap { Notice(of: occasion, to: $0) }
    for notice in notices {
      try await transaction.keep(
        notice, of: event.id, type: event.type, about: id, title: proposal.title, at: clock.now)
    }
    try await transaction.tell(
      event.id, to: notices.map(\.audience), of: id, by: proposal.author,
      followersOf: occasion.targets(category: proposal.category, former: proposal.office), at: clock.now)
    FailPoint.reach("told")
  }
}
