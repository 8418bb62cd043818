import Contracts

/// Something that happened to a proposal and that its author is told of: an event of any of the four topics.
enum Occasion: Sendable {
  case proposal(ProposalEvent)
  case moderation(ModerationEvent)
  case vote(VoteEvent)
  case referral(ReferralEvent)

  /// Which proposal it is about; on `forum.referrals` the subject is the case.
  var proposal: ProposalID {
    switch self {
    case .proposal(let event): event.proposal
    case .moderation(let event): event.proposal
    case .vote(let event): event.proposal
    case .referral(let event): event.proposal
    }
  }

  /// Who may hear of an occasion besides the author and the supporters.
  enum Publicity: Sendable, Equatable {
    /// Webhooks and followers.
    case everybody
    /// Webhooks and followers, if the proposal was public before.
    case whoKnowsTheProposal
    /// Neither.
    case nobody
  }

  /// Neither a text that few have seen is made known, nor what only those should look into who watch over votes.
  var publicity: Publicity {
    switch self {
    case .proposal(.supportersSought), .vote(.trendAlarm): .nobody
    // It never left the circle of those whom its author invited.
    case .proposal(.lapsed(let event)) where event.reason == .noSupporters: .nobody
    // It is taken back before its review, or after.
    case .proposal(.withdrawn): .whoKnowsTheProposal
    default: .everybody
    }
  }

  /// What no webhook gets.
  private static let undelivered: Set<String> = [SupportersSought.type, VoteTrendAlarm.type]
  /// The event types that a webhook may ask for.
  static let deliveredTypes = types.filter { !undelivered.contains($0) }

  /// What nobody wants a letter about: numbers that change all the time, and what others say.
  private static let untold: Set<String> = [
    SympathyCounted.type, OpinionModerated.type, CaseRatingsCounted.type, CaseTextModerated.type,
  ]

  /// Whether anybody is told of events of this type, by a letter, in the inbox or at a webhook.
  static func isTold(type: String) -> Bool { !untold.contains(type) }

  /// Whether there is a letter about it: not about what only those should look into who watch over votes.
  var isWrittenAbout: Bool {
    if case .vote(.trendAlarm) = self { return false }
    return true
  }

  /// Whether only those hear of it who follow an office: it is for who has a case, or is above them.
  var isForOfficeAlone: Bool {
    switch self {
    case .referral(.reminded), .referral(.escalated): true
    default: false
    }
  }

  /// Whether title and text of the proposal are hidden from here on; nil: as before.
  var hidesText: Bool? {
    switch self {
    case .moderation(.rejected(let event)): event.code.hidesText
    case .moderation(.appealDecided(let event)): event.outcome == .overturned ? false : nil
    default: nil
    }
  }

  private typealias Reader = @Sendable ([UInt8]) throws -> Occasion

  private static let readers: [(type: String, read: Reader)] =
    readers(Self.proposal) + readers(Self.moderation) + readers(Self.vote) + readers(Self.referral)

  private static func readers<Family: EventFamily>(_ wrap: @escaping @Sendable (Family) -> Occasion)
    -> [(type: String, read: Reader)]
  {
    Family.decoders.filter { isTold(type: $0.type) }.map { decoder in
      (decoder.type, { wrap(try decoder.decode($0)) })
    }
  }

  /// The event types that this version knows, by the order of the path of a proposal.
  static let types: [String] = readers.map(\.type)

  /// Reads an event that was put aside.
  /// - Returns: nil for a type that this version does not know.
  static func read(type: String, data: [UInt8]) throws -> Occasion? {
    try readers.first { $0.type == type }?.read(data)
  }
}
