import Contracts

/// What is remembered of who has voted, so that those who certainly have not take the fast way.
///
/// It must know only voters of votes that may get further ballots: however many ended votes there are, it stays small
/// and is learnt quickly.
struct VoterMemory: Sendable {
  private var filter: VoterFilter
  /// Votes that had ballots before, and how many portions of their voters it was not told yet.
  private var untold: [Int32: Int] = [:]
  /// Voters after whom it should be learnt anew, with more room.
  private let comfortable: Int
  private let partitions: PartitionSet

  init(_ plan: VoterPlan) {
    filter = VoterFilter(byteCount: plan.byteCount)
    for vote in plan.portions.flatMap(\.votes) { untold[vote, default: 0] += 1 }
    partitions = plan.partitions
    comfortable = max(plan.byteCount, 2 * plan.voters)
  }

  /// Voters that it was told.
  var count: Int { filter.count }

  /// Whether so many have voted that it guesses badly.
  var isCrowded: Bool { filter.count > comfortable }

  /// Whether it was told of all who had voted.
  var isComplete: Bool { untold.isEmpty }

  /// Remembers the voter of a ballot.
  /// - Returns: whether there may have been a ballot of this voter before.
  mutating func insert(_ row: BallotRow) -> Bool {
    let isPerhapsKnown = filter.insert(row.voter)
    return isPerhapsKnown || (!untold.isEmpty && untold[row.vote] != nil)
  }

  /// Remembers the voters of a portion of the plan, as far as they belong to its partitions.
  /// - Parameter pseudonyms: 16 bytes each.
  mutating func insert(_ pseudonyms: [UInt8], of portion: VoterPlan.Portion) {
    pseudonyms.withUnsafeBytes { bytes in
      for start in stride(from: 0, to: bytes.count - 15, by: 16) {
        let value = bytes.loadUnaligned(fromByteOffset: start, as: UInt128.self)
        let voter = VoterKey(value: UInt128(bigEndian: value))
        if partitions.contains(voter.partition) { filter.insert(voter) }
      }
    }
    for vote in portion.votes {
      let left = untold[vote, default: 1] - 1
      untold[vote] = left > 0 ? left : nil
    }
  }
}

/// In which portions a memory is told of those who have voted, and how large it must be.
struct VoterPlan: Sendable, Equatable {
  /// What is asked of the database at once.
  struct Portion: Sendable, Equatable {
    let votes: [Int32]
    let pseudonyms: ClosedRange<VoterKey>
  }

  let partitions: PartitionSet
  /// Those who have voted in them, about.
  let voters: Int
  /// Of the filter.
  let byteCount: Int
  let portions: [Portion]

  /// - Parameters:
  ///   - ballots: how many each vote has that may get further ones.
  ///   - limit: bytes at most.
  ///   - portion: ballots that are asked for at once, about.
  init(_ ballots: [(vote: Int32, count: Int)], partitions: PartitionSet, limit: Int, portion: Int = 150_000) {
    self.partitions = partitions
    let share = { (all: Int) in all * partitions.count / Int(Topics.ballots.partitions) }
    voters = share(ballots.reduce(0) { $0 + $1.count })
    // A byte for each of twice as many voters as there are, and at least for eight million in all partitions: 3 % of the
    // answers are then wrong at worst, and a wrong one costs a row the slower way.
    byteCount = min(limit, max(share(8 << 20), 2 * voters))
    var portions: [Portion] = []
    var small: [Int32] = []
    var sum = 0
    for (vote, count) in ballots {
      if count > portion {
        portions += Self.split(vote, into: UInt128((count + portion - 1) / portion))
        continue
      }
      if sum + count > portion, !small.isEmpty {
        portions.append(Portion(votes: small, pseudonyms: Self.all))
        (small, sum) = ([], 0)
      }
      small.append(vote)
      sum += count
    }
    if !small.isEmpty { portions.append(Portion(votes: small, pseudonyms: Self.all)) }
    self.portions = portions
  }

  private static let all = VoterKey(value: 0)...VoterKey(value: .max)

  /// A vote in parts of about the same size: pseudonyms are as good as random.
  private static func split(_ vote: Int32, into parts: UInt128) -> [Portion] {
    let width = UInt128.max / parts
    return (0..<parts).map { part in
      let last = part == parts - 1 ? UInt128.max : (part + 1) * width - 1
      return Portion(votes: [vote], pseudonyms: VoterKey(value: part * width)...VoterKey(value: last))
    }
  }
}
