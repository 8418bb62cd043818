import Testing

@testable import Forumctl

struct PlanTests {
  private let petitions = (0..<60).map { (number: 1_000 + $0, agreements: ($0 + 1) * 1_037) }

  private func plan(_ change: (inout ReplayRules) -> Void = { _ in }) -> Plan {
    var rules = ReplayRules()
    change(&rules)
    return Plan(petitions: petitions, rules: rules)
  }

  @Test func `the same seed plans the same, another seed does not`() {
    #expect(plan().ballots == plan().ballots)
    #expect(plan().expectations == plan().expectations)
    #expect(plan().ballots != plan { $0.seed = 2020 }.ballots)
  }

  /// From the reference implementation: a plan must not change with a compiler.
  @Test func `the generator is SplitMix64`() {
    var random = SplitMix64(seed: 1_234_567)
    #expect(random.next() == 6_457_827_717_110_365_317)
    #expect(random.next() == 3_203_168_211_198_807_973)
  }

  @Test func `each accepted petition gets its agreements divided by the scale, each rejected one none`() {
    let plan = plan()
    for (petition, expected) in zip(petitions, plan.expectations) {
      #expect(expected.ballots == (expected.isRejected ? 0 : petition.agreements / 50))
    }
    let firsts = plan.ballots.filter { $0.repeats < 0 }
    #expect(firsts.count == plan.expectations.reduce(0) { $0 + $1.ballots })
    for index in plan.expectations.indices {
      #expect(firsts.count { $0.petition == index && $0.isYes } == plan.expectations[index].yes)
      #expect(firsts.count { $0.petition == index && !$0.isYes } == plan.expectations[index].no)
    }
  }

  @Test func `nobody votes twice on a petition but in a planned repeat`() {
    let firsts = plan().ballots.filter { $0.repeats < 0 }
    #expect(Set(firsts.map { [$0.petition, $0.citizen] }).count == firsts.count)
  }

  @Test func `citizens vote on several petitions`() {
    let plan = plan()
    let voters = Set(plan.ballots.map(\.citizen))
    #expect(voters.count <= plan.citizens)
    #expect(plan.citizens < plan.ballots.count / 2)
  }

  @Test func `repeats come behind what they repeat, half of them with the other choice`() {
    let plan = plan()
    var same = 0
    var seen: Set<Int32> = []
    for (place, ballot) in plan.ballots.enumerated() where ballot.repeats >= 0 {
      let first = plan.ballots[Int(ballot.repeats)]
      #expect(Int(ballot.repeats) < place)
      #expect(first.repeats < 0)
      #expect(first.petition == ballot.petition)
      #expect(first.citizen == ballot.citizen)
      #expect(seen.insert(ballot.repeats).inserted)
      if first.isYes == ballot.isYes { same += 1 }
    }
    #expect(seen.count == plan.repeats)
    #expect(plan.repeats == Int(Double(plan.ballots.count - plan.repeats) * 0.02))
    #expect(abs(2 * same - plan.repeats) <= 1)
  }

  @Test func `rejected are the wanted share, among the smaller half`() {
    let expectations = plan().expectations
    let rejected = expectations.indices.filter { expectations[$0].isRejected }
    #expect(rejected.count == 3)
    #expect(rejected.allSatisfy { $0 < 30 })
    #expect(plan { $0.rejectShare = 1 }.ballots.isEmpty)
    #expect(plan { $0.rejectShare = 0 }.expectations.allSatisfy { !$0.isRejected })
  }

  @Test func `no votes are about the wanted share`() {
    let plan = plan()
    let no = plan.expectations.reduce(0) { $0 + $1.no }
    let all = plan.expectations.reduce(0) { $0 + $1.ballots }
    #expect((0.08...0.12).contains(Double(no) / Double(all)))
  }

  @Test func `petitions are interleaved`() {
    let plan = plan()
    let largest = Int32(petitions.count - 1)
    let half = plan.ballots.prefix(plan.ballots.count / 2).count { $0.petition == largest }
    let all = plan.ballots.count { $0.petition == largest }
    #expect((0.4...0.6).contains(Double(half) / Double(all)))
  }

  @Test func `probes are neither repeats nor repeated, and at least two hundred`() {
    let plan = plan()
    let repeated = Set(plan.ballots.map(\.repeats))
    let probed = plan.ballots.indices.filter { plan.ballots[$0].isProbed }
    #expect(probed.count == max(200, (plan.ballots.count - plan.repeats) / 100))
    #expect(probed.allSatisfy { plan.ballots[$0].repeats < 0 && !repeated.contains(Int32($0)) })
  }

  @Test func `referred are the petitions over the bar, not those at it`() {
    let most = plan().expectations.map(\.yes).max() ?? 0
    #expect(plan { $0.bar = most }.referred.isEmpty)
    #expect(plan { $0.bar = most - 1 }.referred.count == 1)
  }

  @Test func `no petition large enough makes an empty plan`() {
    let plan = plan { $0.scale = 1_000_000 }
    #expect(plan.ballots.isEmpty)
    #expect(plan.citizens == 0)
  }
}
