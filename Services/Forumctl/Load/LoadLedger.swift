import Contracts

/// What a run's ballots must have done to the count.
struct LoadLedger: Sendable {
  /// A citizen's ballots on one vote.
  struct Standing: Sendable, Equatable {
    /// The accepted one that stands first in the log: it counts, unless one without an answer stands before it.
    var first: (offset: Int64, isYes: Bool)?
    var mayBeYes = false
    var mayBeNo = false

    static func == (a: Self, b: Self) -> Bool {
      a.first?.offset == b.first?.offset && a.first?.isYes == b.first?.isYes && a.mayBeYes == b.mayBeYes
        && a.mayBeNo == b.mayBeNo
    }
  }

  /// By how much a vote's tally must have grown.
  struct Growth: Sendable, Equatable {
    var yes = 0...0
    var no = 0...0
    var total = 0...0
  }

  private(set) var standings: [UInt64: Standing] = [:]
  /// The last receipt in each partition.
  private(set) var lastOffsets: [Int32: Int64] = [:]
  /// What cannot be, whatever the count says.
  private(set) var faults: [String] = []
  private var places: Set<UInt64> = []
  private var partitions: [UInt64: Int32] = [:]

  private let votes: Int

  init(_ ballots: some Sequence<CastBallot>, votes: Int) {
    self.votes = votes
    for ballot in ballots { add(ballot) }
  }

  static func key(vote: Int32, citizen: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: vote)) << 32 | UInt64(UInt32(bitPattern: citizen))
  }

  private mutating func add(_ ballot: CastBallot) {
    let key = Self.key(vote: ballot.vote, citizen: ballot.citizen)
    switch ballot.outcome {
    case .rejected: return
    case .unknown:
      if ballot.isYes {
        standings[key, default: Standing()].mayBeYes = true
      } else {
        standings[key, default: Standing()].mayBeNo = true
      }
    case .ok:
      guard let place = ballot.place else {
        faults.append("ballot \(ballot.request) was answered 202 without a receipt")
        // Taken all the same.
        standings[key, default: Standing()].mayBeYes = true
        standings[key, default: Standing()].mayBeNo = true
        return
      }
      if !places.insert(UInt64(place.partition) << 48 ^ UInt64(bitPattern: place.offset)).inserted {
        faults.append("receipt \(place.text): another ballot has the same place in the log")
      }
      if let known = partitions.updateValue(place.partition, forKey: key), known != place.partition {
        faults.append("receipt \(place.text): the voter's ballots are in two partitions")
      }
      lastOffsets[place.partition] = max(lastOffsets[place.partition] ?? -1, place.offset)
      let earliest = standings[key]?.first?.offset ?? .max
      if place.offset < earliest { standings[key, default: Standing()].first = (place.offset, ballot.isYes) }
    }
  }

  /// Citizens with a 202, counted for each vote.
  var voters: Int { standings.values.count { $0.first != nil } }

  /// By vote.
  var growths: [Growth] {
    var growths = [Growth](repeating: Growth(), count: votes)
    for (key, standing) in standings {
      let vote = Int(key >> 32)
      let isSure = standing.first.map { !($0.isYes ? standing.mayBeNo : standing.mayBeYes) } ?? false
      let mayBeYes = standing.mayBeYes || standing.first?.isYes == true
      let mayBeNo = standing.mayBeNo || standing.first?.isYes == false
      growths[vote].yes.widen(isSure && mayBeYes, mayBeYes)
      growths[vote].no.widen(isSure && mayBeNo, mayBeNo)
      growths[vote].total.widen(standing.first != nil, true)
    }
    return growths
  }
}

extension ClosedRange<Int> {
  fileprivate mutating func widen(_ lower: Bool, _ upper: Bool) {
    self = lowerBound + (lower ? 1 : 0)...upperBound + (upper ? 1 : 0)
  }
}
