import Crypto
public import FoundationEssentials

/// What decides a vote. Fixed when the vote is scheduled; its hash is published when the vote opens, so that nobody can
/// re-judge an open vote by a changed setting.
///
/// Members that came later are left out of the JSON where they say what was always so: the hash of an older rule stays
/// what it is.
public struct VoteRule: Sendable, Equatable {
  /// When a task over the bar goes to the Committee.
  public enum Referral: String, Codable, Sendable, CaseIterable { case atOnce = "at-once", atClose = "at-close" }

  /// Who may vote.
  public enum Electorate: String, Codable, Sendable, CaseIterable {
    /// All verified citizens.
    case citizens
    /// Members of the Forum.
    case members
  }

  /// Whether the count is shown while ballots are taken.
  public enum Totals: String, Codable, Sendable, CaseIterable {
    case running
    /// Not before the vote has closed.
    case hidden
  }

  /// What a vote lacks to carry its task to the Committee.
  public enum Shortfall: String, Codable, Sendable, CaseIterable {
    /// Not more yes votes than the bar.
    case bar
    /// Fewer ballots than the minimum turnout.
    case turnout
    /// Not more yes votes than no votes, where the rule asks for it.
    case majority
  }

  /// The number of yes votes that must be exceeded.
  public var yesBar: Int64
  /// At once when the count meets the rule, or after the vote has closed.
  public var referral: Referral
  /// When the vote is to open; it opens then or moments later, never earlier.
  public var opensAt: Date
  /// Ballots accepted at this moment or later do not count, unless the vote was paused or extended.
  public var closesAt: Date
  /// The least number of ballots that count, yes and no together; 0: any number will do.
  public var minimumTurnout: Int64
  /// Whether more yes than no votes are needed, too.
  public var majority: Bool
  /// Who may vote.
  public var electorate: Electorate
  /// Whether the count is shown before the vote has closed.
  public var totals: Totals

  /// A rule; times are cut to milliseconds, so that its hash survives JSON.
  public init(
    yesBar: Int64, referral: Referral, opensAt: Date, closesAt: Date, minimumTurnout: Int64 = 0, majority: Bool = false,
    electorate: Electorate = .citizens, totals: Totals = .running
  ) {
    self.yesBar = yesBar
    self.referral = referral
    self.opensAt = opensAt.wholeMilliseconds
    self.closesAt = closesAt.wholeMilliseconds
    self.minimumTurnout = minimumTurnout
    self.majority = majority
    self.electorate = electorate
    self.totals = totals
  }

  /// The JSON that is hashed: keys sorted, no white space, whole milliseconds.
  public func canonicalJSON() throws -> [UInt8] { try JSON.encode(self) }

  /// SHA-256 of the canonical JSON, 32 bytes.
  public func hash() throws -> [UInt8] { sha256(try canonicalJSON()) }

  /// What these numbers lack to carry the task to the Committee; nothing: they carry it.
  ///
  /// The rule for whoever checks a published count. The counter decides by the same rule in SQL, where the tally stands
  /// (`VoteCounter/Store/Votes+SQL.swift`): one cannot change without the other, and a test holds them together.
  public func shortfalls(yes: Int64, no: Int64) -> [Shortfall] {
    var lacking: [Shortfall] = []
    if yes <= yesBar { lacking.append(.bar) }
    if yes + no < minimumTurnout { lacking.append(.turnout) }
    if majority && yes <= no { lacking.append(.majority) }
    return lacking
  }

  /// Whether these numbers carry the task to the Committee: more yes votes than the bar, not as many as it, and all else
  /// that the rule asks for.
  public func isCarried(yes: Int64, no: Int64) -> Bool { shortfalls(yes: yes, no: no).isEmpty }
}

extension VoteRule: Codable {
  private enum Member: String, CodingKey {
    case yesBar, referral, opensAt, closesAt, minimumTurnout, majority, electorate, totals
  }

  /// A rule from before a member was known says about it what was always so.
  public init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: Member.self)
    self.init(
      yesBar: try members.decode(Int64.self, forKey: .yesBar),
      referral: try members.decode(Referral.self, forKey: .referral),
      opensAt: try members.decode(Date.self, forKey: .opensAt),
      closesAt: try members.decode(Date.self, forKey: .closesAt),
      minimumTurnout: try members.decodeIfPresent(Int64.self, forKey: .minimumTurnout) ?? 0,
      majority: try members.decodeIfPresent(Bool.self, forKey: .majority) ?? false,
      electorate: try members.decodeIfPresent(Electorate.self, forKey: .electorate) ?? .citizens,
      totals: try members.decodeIfPresent(Totals.self, forKey: .totals) ?? .running)
  }

  /// Leaves out what was always so.
  public func encode(to encoder: any Encoder) throws {
    var members = encoder.container(keyedBy: Member.self)
    try members.encode(yesBar, forKey: .yesBar)
    try members.encode(referral, forKey: .referral)
    try members.encode(opensAt, forKey: .opensAt)
    try members.encode(closesAt, forKey: .closesAt)
    if minimumTurnout != 0 { try members.encode(minimumTurnout, forKey: .minimumTurnout) }
    if majority { try members.encode(majority, forKey: .majority) }
    if electorate != .citizens { try members.encode(electorate, forKey: .electorate) }
    if totals != .running { try members.encode(totals, forKey: .totals) }
  }
}
