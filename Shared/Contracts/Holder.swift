/// Who can have a case: every step of its way is owed by one of them.
public enum Holder: Sendable, Hashable {
  case supportUnit
  case committee
  case strategyMeeting
  case ministry(Ministry)

  /// Its name in events, addresses and tables: `support-unit`, `committee`, `strategy-meeting`, or the ministry's slug.
  public var name: String {
    switch self {
    case .supportUnit: "support-unit"
    case .committee: "committee"
    case .strategyMeeting: "strategy-meeting"
    case .ministry(let ministry): ministry.slug
    }
  }

  /// The holder of a name; nil when there is none.
  public init?(name: String) {
    switch name {
    case "support-unit": self = .supportUnit
    case "committee": self = .committee
    case "strategy-meeting": self = .strategyMeeting
    default:
      guard let ministry = Ministry.named(name) else { return nil }
      self = .ministry(ministry)
    }
  }
}

/// A step of a case that somebody owes, as events and tables name it.
public enum LegalStep: String, Sendable, Codable, CaseIterable {
  /// The Support Unit supplements what the Committee returned.
  case review
  /// The Committee decides.
  case committee
  /// The strategy meeting concludes.
  case strategyMeeting = "strategy-meeting"
  /// A ministry answers the citizens.
  case ministry
  /// A ministry carries out what it planned; its end is the plan's.
  case implementation
}
