import Contracts
import ServiceKit

/// What somebody can follow.
struct FollowTarget: Sendable, Hashable {
  /// Of what kind it is, as addresses and the table name it.
  enum Kind: String, Codable, Sendable, CaseIterable { case task, category, office }

  let kind: Kind
  /// A proposal's identifier, a category, or the name of an office.
  let subject: String

  /// - Returns: nil when there can be no such thing.
  init?(kind: String, subject: String) {
    guard let kind = Kind(rawValue: kind) else { return nil }
    switch kind {
    case .task:
      guard let id = ProposalID(subject) else { return nil }
      self = .task(id)
    case .category:
      guard let category = Category(rawValue: subject) else { return nil }
      self = .category(category)
    case .office:
      guard let holder = Holder(name: subject) else { return nil }
      self = .office(holder)
    }
  }

  private init(_ kind: Kind, _ subject: String) {
    self.kind = kind
    self.subject = subject
  }

  static func task(_ proposal: ProposalID) -> FollowTarget { FollowTarget(.task, proposal.description) }
  static func category(_ category: Category) -> FollowTarget { FollowTarget(.category, category.rawValue) }
  static func office(_ holder: Holder) -> FollowTarget { FollowTarget(.office, holder.name) }

  /// The task, where it is one.
  var proposal: ProposalID? { kind == .task ? ProposalID(subject) : nil }
}

/// How often somebody is written to. The inbox gets everything at once, whatever it is.
enum Frequency: String, Codable, Sendable, CaseIterable {
  case atOnce = "at-once"
  case daily, weekly
  /// No mail.
  case inbox
}

/// Why somebody is told of an event: what it is to them decides the words.
enum Audience: String, Codable, Sendable, CaseIterable {
  /// Wrote the proposal.
  case author
  /// Supported it before its review.
  case supporter
  /// Follows it, its category or its office.
  case follower
  /// Owns the webhook that it is about.
  case owner
}

extension Occasion {
  /// Whether those hear of it who follow a category or an office: of what passed review, so that nobody can have a text
  /// sent to thousands that no one has read.
  var isToldWidely: Bool {
    switch self {
    case .proposal: false
    case .moderation(let event):
      switch event {
      case .accepted, .selected: true
      case .appealDecided(let event): event.outcome == .overturned
      case .rejected, .returned, .appealed, .merged: false
      }
    case .vote, .referral: true
    }
  }

  /// The office that has the task from this event on; nil: the same as before.
  var office: Holder? {
    guard case .referral(let event) = self else { return nil }
    return event.custody?.holder.flatMap(Holder.init(name:))
  }

  /// Offices that are told of it although the task is with another one.
  private var otherOffices: [Holder] {
    switch self {
    case .referral(.transferred(let event)): [event.ministry, event.to].compactMap(Holder.init(name:))
    case .referral(.escalated(let event)): [event.holder, event.to].compactMap(Holder.init(name:))
    case .referral(.reminded(let event)): [event.holder].compactMap(Holder.init(name:))
    default: []
    }
  }

  /// Whose followers are told.
  /// - Parameter former: the office that had the task until now.
  func targets(category: Category?, former: Holder?) -> [FollowTarget] {
    guard isToldWidely else { return [.task(proposal)] }
    let offices = Set([former, office].compactMap { $0 } + otherOffices).map(FollowTarget.office)
    if isForOfficeAlone { return offices }
    return [.task(proposal)] + [category].compactMap { $0 }.map(FollowTarget.category) + offices
  }
}
