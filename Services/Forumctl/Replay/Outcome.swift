import Contracts

/// What the Forum shows after a replay.
struct Outcome: Sendable {
  struct Tally: Sendable, Equatable {
    var yes: Int
    var no: Int
    var bar: Int
    var state = "open"
    /// Nil until the vote is closed.
    var carried: Bool?
  }
  struct Partition: Sendable, Decodable, Equatable {
    var partition: Int
    var base: Int
    var next: Int
    var counted: Int
    var duplicate: Int
    var rejected: Int
  }
  /// `GET /v1/count`.
  struct Count: Sendable, Decodable, Equatable {
    struct Ballots: Sendable, Decodable, Equatable {
      var counted: Int
      var duplicate: Int
      var rejected: Int
    }
    var partitions: [Partition]
    var ballots: Ballots
    var controls: Int
  }
  struct Case: Sendable, Equatable {
    var id: CaseID
    /// The petition's index.
    var petition: Int
    /// The slug; nil while nobody is in charge.
    var ministry: String?
  }
  /// An event read from a ministry's topic.
  struct Delivery: Sendable, Hashable {
    var ministry: String
    var id: String
    var caseID: CaseID
  }
  /// A webhook that was received, once for each distinct id.
  struct Hook: Sendable, Hashable {
    var type: String
    var id: String
    var petition: Int
  }

  /// By petition; nil where there is no vote.
  var tallies: [Tally?]
  /// Yes and no votes that the proposals had before this run; not nought when it continues an earlier one.
  var countedBefore = 0
  /// Petitions that had a case before this run: their webhooks went to the receiver of an earlier one.
  var referredBefore: Set<Int> = []
  var before: Count
  var after: Count
  var cases: [Case]
  var deliveries: [Delivery]
  /// Nil: no receiver was started.
  var hooks: Set<Hook>?
  /// Webhooks whose signature did not hold.
  var forgedHooks = 0
  /// Mails by petition; nil when they cannot be read.
  var mails: [Int]?
  /// The petitions whose page is wrong, and how.
  var pages: [Int: String]
  /// What could not be looked at, and why.
  var unseen: [String] = []
}
