/// What ballots are to be forged.
struct FillRules: Sendable, Equatable {
  /// One ballot stands for so many agreements.
  var scale = 1
  var seed: UInt64 = 2019
  /// The share of ballots that are followed by another one of the same voter, with the other choice.
  var repeatShare = 0.02
  /// The share of ballots that are followed by one on a proposal that does not exist.
  var foreignShare = 0.001
  /// The share of voters who say no.
  var noShare = 0.1
  /// Whether the ballots of all petitions are mixed; otherwise one petition follows the other.
  var isShuffled = true
}

/// Every record of a fill in its order, decided by the numbers of agreements and the rules alone.
///
/// Nothing is kept of a record but its voter's number (4 bytes, and none at all in the order of the petitions): the rest
/// is drawn again from the seed and the place whenever it is asked for, so that several threads can walk through the same plan.
struct FillPlan: Sendable {
  /// One record.
  struct Item: Equatable {
    enum Kind: Equatable { case first, again, foreign }

    let kind: Kind
    /// Index of the petition, and of its vote.
    let petition: Int
    /// The voter's number within the fill.
    let voter: Int
    let isYes: Bool
  }

  let rules: FillRules
  /// The number of each petition's first voter, and at the end the number of all.
  let starts: [Int]
  /// Voters in the order of their ballots; nil: in the order of their numbers.
  private let order: [UInt32]?

  /// Voters, each with one ballot that is to count.
  var voters: Int { starts.last ?? 0 }

  /// - Parameter agreements: of each petition.
  /// - Throws: `Failure` when there are more ballots than can be numbered.
  init(agreements: [Int], rules: FillRules) throws {
    self.rules = rules
    var starts = [0]
    for count in agreements { starts.append((starts.last ?? 0) + max(0, count) / max(rules.scale, 1)) }
    self.starts = starts
    guard let voters = UInt32(exactly: starts.last ?? 0) else { throw Failure("more than 4,294,967,295 ballots") }
    guard rules.isShuffled else {
      order = nil
      return
    }
    var random = SplitMix64(seed: rules.seed)
    var order = Array(0..<voters)
    random.shuffle(&order)
    self.order = order
  }

  /// Ballots of a petition.
  func count(of petition: Int) -> Int { starts[petition + 1] - starts[petition] }

  /// About how many records there will be.
  func expectedRecords(limit: Int) -> Int {
    min(limit, Int(Double(voters) * (1 + rules.repeatShare + rules.foreignShare)))
  }

  /// The records that begin with the ballot at `place`: it, and what may follow it at once.
  @inline(__always) func records(at place: Int, _ body: (Item) -> Void) {
    let voter = self.voter(at: place)
    let petition = self.petition(of: voter)
    let isYes = saysYes(voter)
    body(Item(kind: .first, petition: petition, voter: voter, isYes: isYes))
    var random = SplitMix64(seed: rules.seed ^ 0x7265_7065_6174 &+ UInt64(place) &* 0xd134_2543_de82_ef95)
    let draw = random.unit()
    if draw < rules.repeatShare / 2 {
      body(Item(kind: .again, petition: petition, voter: voter, isYes: !isYes))
    } else if draw < rules.repeatShare {
      let earlier = self.voter(at: random.below(place + 1))
      body(Item(kind: .again, petition: self.petition(of: earlier), voter: earlier, isYes: !saysYes(earlier)))
    } else if draw < rules.repeatShare + rules.foreignShare {
      body(Item(kind: .foreign, petition: petition, voter: voter, isYes: isYes))
    }
  }

  @inline(__always) private func voter(at place: Int) -> Int { order.map { Int($0[place]) } ?? place }

  private func saysYes(_ voter: Int) -> Bool {
    var random = SplitMix64(seed: rules.seed ^ 0x6e6f &+ UInt64(voter) &* 0xaf25_1af3_b0f0_25b5)
    return random.unit() >= rules.noShare
  }

  /// The petition to which a voter's number belongs, by halves.
  private func petition(of voter: Int) -> Int {
    var low = 0
    var high = starts.count - 1
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= voter { low = middle } else { high = middle }
    }
    return low
  }
}
