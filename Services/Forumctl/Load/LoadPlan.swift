/// Who votes on what in which order, decided by a seed alone.
struct LoadPlan: Sendable {
  /// One request that is to be sent.
  struct Item: Sendable, Equatable {
    enum Kind: Sendable, Equatable {
      /// A citizen's first ballot on a vote.
      case first
      /// A further one, with the same or the other choice.
      case again
      /// What must be refused.
      case hostile(HostileRequest)
    }

    let kind: Kind
    /// Index of the vote.
    let vote: Int
    /// Index of the citizen.
    let citizen: Int
    let isYes: Bool
  }

  let votes: Int
  let citizens: Int
  let seed: UInt64
  /// Shares of all requests.
  let repeatShare: Double
  let hostileShare: Double
  /// The share of first ballots that say no.
  let noShare: Double

  private var random: SplitMix64
  /// First ballots so far.
  private(set) var firsts = 0

  init(
    votes: Int, citizens: Int, seed: UInt64, repeatShare: Double = 0, hostileShare: Double = 0, noShare: Double = 0.1
  ) {
    self.votes = max(votes, 1)
    self.citizens = max(citizens, 1)
    self.seed = seed
    self.repeatShare = repeatShare
    self.hostileShare = hostileShare
    self.noShare = noShare
    random = SplitMix64(seed: seed)
  }

  /// First ballots among the next `count` requests.
  func firsts(in count: Int) -> Int {
    var plan = self
    for _ in 0..<count { _ = plan.next() }
    return plan.firsts - firsts
  }

  mutating func next() -> Item {
    let draw = random.unit()
    if draw < hostileShare {
      let all = HostileRequest.allCases
      let kind = all[random.below(all.count)]
      return Item(
        kind: .hostile(kind), vote: random.below(votes), citizen: random.below(citizens), isYes: random.chance(0.5))
    }
    if draw < hostileShare + repeatShare, firsts > 0 {
      // Half of them right behind their first: the two race to the log.
      let first = random.chance(0.5) ? firsts - 1 : random.below(firsts)
      let (vote, citizen) = pair(first)
      return Item(kind: .again, vote: vote, citizen: citizen, isYes: saysYes(first) != random.chance(0.5))
    }
    let (vote, citizen) = pair(firsts)
    defer { firsts += 1 }
    return Item(kind: .first, vote: vote, citizen: citizen, isYes: saysYes(firsts))
  }

  /// All citizens in turn, each on another vote every time: no pair comes twice until all have come.
  private func pair(_ first: Int) -> (vote: Int, citizen: Int) {
    let citizen = first % citizens
    return ((first / citizens + citizen) % votes, citizen)
  }

  private func saysYes(_ first: Int) -> Bool {
    var random = SplitMix64(seed: seed ^ 0x6e6f &+ UInt64(first) &* 0xaf25_1af3_b0f0_25b5)
    return random.unit() >= noShare
  }
}
