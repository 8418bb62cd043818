import Testing

@testable import VoteCounter

/// What the counter guesses of who has voted: a voter it was told of is never taken for new.
@Suite struct VoterMemoryTests {
  private func row(_ voter: UInt128, vote: Int32 = 1) -> BallotRow {
    BallotRow(voter: VoterKey(value: voter), acceptedAt: 1, offset: 0, vote: vote, partition: 0, isYes: true)
  }

  private let all = PartitionSet(bits: 0xfff)

  private func random(_ count: Int) -> [UInt128] { (0..<count).map { _ in UInt128.random(in: 0 ... .max) } }

  private func bytes(_ voters: [UInt128]) -> [UInt8] {
    voters.flatMap { voter in (0..<16).map { UInt8(truncatingIfNeeded: voter >> UInt128(120 - 8 * $0)) } }
  }

  /// Whether the voter of a further ballot is perhaps known.
  private func isKnown(_ voter: UInt128, vote: Int32, to memory: inout VoterMemory) -> Bool {
    memory.insert(row(voter, vote: vote))
  }

  @Test func aFilterNeverForgetsAndSeldomErrs() {
    var filter = VoterFilter(byteCount: 100_000)
    let voters = random(50_000).map(VoterKey.init)
    var mistakes = 0
    for voter in voters where filter.insert(voter) { mistakes += 1 }
    #expect(mistakes < 250)  // 16 bits a key at the end: 0.1 % expected then, less before
    var isForgetful = false
    for voter in voters where !filter.insert(voter) { isForgetful = true }
    #expect(!isForgetful)
  }

  @Test func whoeverItWasToldOfIsPerhapsKnown() {
    let plan = VoterPlan([(7, 1_000)], partitions: all, limit: 1 << 20)
    var memory = VoterMemory(plan)
    let voters = random(1_000)
    memory.insert(bytes(voters), of: plan.portions[0])
    #expect(memory.count == 1_000 && memory.isComplete)
    let answers = voters.map { isKnown($0, vote: 7, to: &memory) }
    #expect(answers.allSatisfy { $0 })
    let others = random(100).map { isKnown($0, vote: 7, to: &memory) }
    #expect(others.allSatisfy { !$0 })
  }

  @Test func untilItWasToldOfAVoteEveryVoterOfItIsPerhapsKnown() {
    let plan = VoterPlan([(2, 900), (1, 150)], partitions: all, limit: 1 << 20, portion: 300)
    var memory = VoterMemory(plan)
    // A vote without ballots had nobody to be told of.
    let twice = [isKnown(1, vote: 3, to: &memory), isKnown(1, vote: 3, to: &memory)]
    #expect(twice == [false, true])
    // In whatever order: a vote is known when all of its three portions are.
    for (number, portion) in plan.portions.reversed().enumerated() {
      #expect(!memory.isComplete)
      let answers = [1, 2].map { isKnown(.random(in: 0 ... .max), vote: $0, to: &memory) }
      #expect(answers == [number == 0, true])
      memory.insert([], of: portion)
    }
    #expect(memory.isComplete)
    let answers = [isKnown(2, vote: 1, to: &memory), isKnown(3, vote: 2, to: &memory)]
    #expect(answers == [false, false])
  }

  @Test func itIsCrowdedWhenItGuessesBadly() {
    var memory = VoterMemory(VoterPlan([], partitions: all, limit: 1_000))
    for voter in random(1_000) { _ = memory.insert(row(voter)) }
    #expect(!memory.isCrowded)
    _ = memory.insert(row(0))
    #expect(memory.isCrowded)
    // With no more room to give it waits until twice as many have voted.
    var full = VoterMemory(VoterPlan([(1, 5_000)], partitions: all, limit: 1_000))
    for voter in random(10_000) { _ = full.insert(row(voter)) }
    #expect(!full.isCrowded)
    _ = full.insert(row(0))
    #expect(full.isCrowded)
  }

  @Test func aPlanHasEveryVoteOnceAndLargeOnesInParts() {
    let votes: [(vote: Int32, count: Int)] = [(9, 10), (8, 295), (7, 2_000), (6, 300), (5, 1), (4, 1)]
    let portions = VoterPlan(votes, partitions: all, limit: 1 << 30, portion: 300).portions
    #expect(portions.filter { $0.votes != [7] }.map(\.votes) == [[9], [8], [6], [5, 4]])
    let parts = portions.filter { $0.votes == [7] }
    #expect(parts.count == 7)
    #expect(parts.first?.pseudonyms.lowerBound == VoterKey(value: 0))
    #expect(parts.last?.pseudonyms.upperBound == VoterKey(value: .max))
    for (part, next) in zip(parts, parts.dropFirst()) {
      #expect(part.pseudonyms.upperBound.value + 1 == next.pseudonyms.lowerBound.value)
    }
  }

  @Test func aPlanHasRoomForTwiceTheVotersOfItsShare() {
    func size(_ ballots: Int, _ partitions: PartitionSet, limit: Int = 1 << 30) -> Int {
      VoterPlan([(1, ballots)], partitions: partitions, limit: limit).byteCount
    }
    #expect(size(0, all) == 8 << 20)
    #expect(size(0, PartitionSet([0, 3, 5])) == 2 << 20)
    #expect(size(12_000_000, all) == 24_000_000)
    #expect(size(24_000_000, PartitionSet([0, 3, 5])) == 12_000_000)
    #expect(size(12_000_000, all, limit: 1 << 20) == 1 << 20)
  }

  @Test func itRemembersOfAPortionOnlyTheVotersOfItsPartitions() {
    let plan = VoterPlan([(1, 1_200)], partitions: PartitionSet([2, 7]), limit: 1 << 20)
    var memory = VoterMemory(plan)
    let voters = random(1_200)
    memory.insert(bytes(voters), of: plan.portions[0])
    let own = voters.filter { [2, 7].contains(Int32(($0 >> 64) % 12)) }
    #expect(memory.count == own.count && memory.isComplete)
    let answers = own.map { isKnown($0, vote: 1, to: &memory) }
    #expect(answers.allSatisfy { $0 })
  }
}
