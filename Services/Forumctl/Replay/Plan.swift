/// How a replay is to go.
struct ReplayRules: Sendable, Equatable {
  /// One ballot stands for so many agreements.
  var scale = 50
  var seed: UInt64 = 2019
  /// The share of petitions that the Support Unit rejects.
  var rejectShare = 0.05
  /// The share of ballots that come twice.
  var repeatShare = 0.02
  /// The share of ballots that say no.
  var noShare = 0.1
  var bar = 4_000
  /// Seconds from the beginning of the replay until its votes close; nil: they are open for 30 days.
  var window: Int?

  /// The same for the same rules: what makes a restarted replay find its own proposals again.
  var name: String {
    "\(seed)-\(scale)-\(rejectShare)-\(repeatShare)-\(noShare)-\(bar)"
  }
}

/// Everything that a replay will do, decided before it begins from petitions and rules alone.
struct Plan: Sendable {
  /// What is expected of one petition.
  struct Expectation: Sendable, Equatable {
    let number: Int
    var isRejected = false
    var yes = 0
    var no = 0
    /// The first citizen who votes on it; the others follow in the pool's circle.
    var offset = 0

    var ballots: Int { yes + no }
  }

  /// One ballot to send.
  struct Ballot: Sendable, Equatable {
    /// Index into `expectations`.
    let petition: Int32
    /// Index into the pool of citizens.
    let citizen: Int32
    let isYes: Bool
    /// For a repeat, the place of the ballot that it repeats; -1 for a first one.
    var repeats: Int32
    /// Whether the time until it is counted is measured.
    var isProbed = false
  }

  let rules: ReplayRules
  let expectations: [Expectation]
  /// In the order of sending; a repeat stands behind the ballot that it repeats.
  let ballots: [Ballot]
  /// Citizens needed.
  let citizens: Int
  let repeats: Int

  /// The petitions whose yes votes exceed the bar, as indices.
  var referred: [Int] { expectations.indices.filter { expectations[$0].yes > rules.bar } }

  init(petitions: [(number: Int, agreements: Int)], rules: ReplayRules) {
    var random = SplitMix64(seed: rules.seed)
    var expectations = petitions.map { Expectation(number: $0.number) }
    for index in Self.rejected(petitions, rules.rejectShare, &random) { expectations[index].isRejected = true }
    let counts = expectations.indices.map { index in
      expectations[index].isRejected ? 0 : max(0, petitions[index].agreements) / max(rules.scale, 1)
    }
    let citizens = counts.max() ?? 0
    var firsts: [Ballot] = []
    firsts.reserveCapacity(counts.reduce(0, +))
    for (index, count) in counts.enumerated() where count > 0 {
      let offset = random.below(citizens)
      expectations[index].offset = offset
      for number in 0..<count {
        let isYes = !random.chance(rules.noShare)
        if isYes { expectations[index].yes += 1 } else { expectations[index].no += 1 }
        firsts.append(
          Ballot(petition: Int32(index), citizen: Int32((offset + number) % citizens), isYes: isYes, repeats: -1))
      }
    }
    let repeats = Int(Double(firsts.count) * rules.repeatShare)
    self.rules = rules
    self.expectations = expectations
    self.citizens = citizens
    self.repeats = repeats
    ballots = Self.interleaved(firsts, repeats: repeats, &random)
  }

  /// Of the smaller half of the petitions, so that rejections do not change the picture; more only when the share asks.
  private static func rejected(
    _ petitions: [(number: Int, agreements: Int)], _ share: Double, _ random: inout SplitMix64
  ) -> [Int] {
    let count = Int((Double(petitions.count) * share).rounded())
    let smallest = petitions.indices.sorted {
      (petitions[$0].agreements, petitions[$0].number) < (petitions[$1].agreements, petitions[$1].number)
    }
    var candidates = Array(smallest.prefix(max(count, petitions.count / 2)))
    random.shuffle(&candidates)
    return Array(candidates.prefix(count))
  }

  /// One shuffle of all ballots of all petitions; where a repeat came to stand before its first, the two change places.
  private static func interleaved(_ firsts: [Ballot], repeats: Int, _ random: inout SplitMix64) -> [Ballot] {
    var order = Array(firsts.indices)
    random.shuffle(&order)
    let repeated = order.prefix(repeats)
    // In `all`, a number below the count of firsts is a first ballot; the others repeat one, half of them otherwise.
    let originals = Array(repeated)
    var all = Array(0..<(firsts.count + repeats))
    random.shuffle(&all)
    var place = [Int](repeating: 0, count: all.count)
    for (position, item) in all.enumerated() { place[item] = position }
    for (index, original) in originals.enumerated() {
      let item = firsts.count + index
      if place[item] < place[original] {
        all.swapAt(place[item], place[original])
        place.swapAt(item, original)
      }
    }
    var ballots = all.map { item -> Ballot in
      if item < firsts.count { return firsts[item] }
      let index = item - firsts.count
      let first = firsts[originals[index]]
      return Ballot(
        petition: first.petition, citizen: first.citizen, isYes: index.isMultiple(of: 2) ? first.isYes : !first.isYes,
        repeats: Int32(place[originals[index]]))
    }
    chooseProbes(&ballots, wanted: max(200, firsts.count / 100), repeatedPlaces: Set(originals.map { place[$0] }))
    return ballots
  }

  /// Evenly over the whole time. Neither repeats nor what is repeated: those have two receipts.
  private static func chooseProbes(_ ballots: inout [Ballot], wanted: Int, repeatedPlaces: Set<Int>) {
    let candidates = ballots.indices.filter { ballots[$0].repeats < 0 && !repeatedPlaces.contains($0) }
    let count = min(wanted, candidates.count)
    for number in 0..<count { ballots[candidates[number * candidates.count / count]].isProbed = true }
  }
}
