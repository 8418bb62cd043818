import Crypto
public import FoundationEssentials

/// What decides a vote. Fixed when the vote is scheduled; its hash is published when the vote opens, so that nobody can
/// re-judge an open vote by a changed setting.
public struct VoteRule: Codable, Sendable, Equatable {
  /// When a task over the bar goes to the Committee.
  public enum Referral: String, Codable, Sendable, CaseIterable { case atOnce = "at-once", atClose = "at-close" }

  /// The number of yes votes that must be exceeded.
  public var yesBar: Int64
  /// At once when the count crosses the bar, or after the vote has closed.
  public var referral: Referral
  /// When the vote is to open; it opens then or moments later, never earlier.
  public var opensAt: Date
  /// Ballots accepted at this moment or later do not count.
  public var closesAt: Date

  /// A rule; times are cut to milliseconds, so that its hash survives JSON.
  public init(yesBar: Int64, referral: Referral, opensAt: Date, closesAt: Date) {
    self.yesBar = yesBar
    self.referral = referral
    self.opensAt = opensAt.wholeMilliseconds
    self.closesAt = closesAt.wholeMilliseconds
  }

  /// The JSON that is hashed: keys sorted, no white space, whole milliseconds.
  public func canonicalJSON() throws -> [UInt8] { try JSON.encode(self) }

  /// SHA-256 of the canonical JSON, 32 bytes.
  public func hash() throws -> [UInt8] { sha256(try canonicalJSON()) }

  /// Whether `yes` votes carry the task to the Committee: more than the bar, not as many as it.
  ///
  /// The rule for whoever checks a published count. The counter decides by the same rule in SQL, where the tally stands
  /// (`VoteCounter/Store/Votes+SQL.swift`): one cannot change without the other.
  public func isCarried(yes: Int64) -> Bool { yes > yesBar }
}
