import Contracts
import Crypto
import Testing

@testable import Forumctl

struct FillTests {
  private func items(_ plan: FillPlan) -> [FillPlan.Item] {
    var items: [FillPlan.Item] = []
    for place in 0..<plan.voters { plan.records(at: place) { items.append($0) } }
    return items
  }

  private var rules: FillRules {
    var rules = FillRules()
    rules.scale = 2
    rules.repeatShare = 0.1
    rules.foreignShare = 0.05
    return rules
  }

  @Test func `every agreement that the scale leaves is one first ballot`() throws {
    let plan = try FillPlan(agreements: [9, 0, 4_001, -3], rules: rules)
    #expect(plan.starts == [0, 4, 4, 2_004, 2_004])
    let firsts = items(plan).filter { $0.kind == .first }
    #expect(firsts.map(\.voter).sorted() == Array(0..<2_004))
    #expect(firsts.allSatisfy { ($0.petition == 0) == ($0.voter < 4) && ($0.petition == 0 || $0.petition == 2) })
    #expect(firsts.map(\.voter) != Array(0..<2_004))
  }

  @Test func `without a shuffle one petition follows the other`() throws {
    var rules = rules
    rules.isShuffled = false
    let plan = try FillPlan(agreements: [10, 10], rules: rules)
    #expect(items(plan).filter { $0.kind == .first }.map(\.voter) == Array(0..<10))
  }

  @Test func `a second ballot stands behind its first and says the opposite`() throws {
    let plan = try FillPlan(agreements: [4_000, 8_000], rules: rules)
    var said: [Int: Bool] = [:]
    var again = 0
    var atOnce = 0
    var last = -1
    for item in items(plan) {
      switch item.kind {
      case .first:
        #expect(said[item.voter] == nil)
        said[item.voter] = item.isYes
        last = item.voter
      case .again:
        #expect(said[item.voter] == !item.isYes)
        again += 1
        if item.voter == last { atOnce += 1 }
      case .foreign: break
      }
    }
    // Half of the tenth at once; bounds far beyond chance, for a plan that is always the same.
    #expect((500...700).contains(again) && (230...370).contains(atOnce))
    #expect((230...370).contains(items(plan).count { $0.kind == .foreign }))
    #expect((480...720).contains(said.values.count { !$0 }))
  }

  @Test func `the same seed makes the same plan and another seed another one`() throws {
    let plan = try FillPlan(agreements: [400, 800], rules: rules)
    var other = rules
    other.seed += 1
    #expect(items(plan) == items(try FillPlan(agreements: [400, 800], rules: rules)))
    #expect(items(plan) != items(try FillPlan(agreements: [400, 800], rules: other)))
  }

  @Test func `a forged record is byte for byte what voting would write`() throws {
    let key = HMACKey(Array(repeating: 7, count: 32))
    let proposals = [ProposalID(), ProposalID()]
    var forge = BallotForge(key: key, seed: 5, proposals: proposals)
    let plan = try FillPlan(agreements: [400, 800], rules: rules)
    var pseudonyms: [Int: [UInt8]] = [:]
    var nonces: Set<[UInt8]> = []
    for (place, item) in items(plan).enumerated() {
      let partition = forge.begin(item)
      forge.complete(item, place: place, acceptedAt: 1_700_000_000_123)
      let bytes = Array(forge.record)
      let record = try BallotRecord(bytes, key: key)
      guard case .ballot(let pseudonym, let choice, let nonce) = record.content else {
        Issue.record("not a ballot")
        continue
      }
      #expect(record.encoded(with: key) == bytes)
      #expect(record.acceptedAt == 1_700_000_000_123)
      #expect(partition == BallotRecord.partition(of: pseudonym, count: Topics.ballots.partitions))
      #expect(Array(forge.recordKey) == Array(pseudonym.prefix(16)))
      #expect((choice == .yes) == item.isYes)
      #expect(nonces.insert(nonce).inserted)
      if item.kind == .foreign {
        #expect(!proposals.contains(record.proposal))
      } else {
        #expect(record.proposal == proposals[item.petition])
        #expect(pseudonyms[item.voter, default: pseudonym] == pseudonym)
        pseudonyms[item.voter] = pseudonym
      }
    }
    #expect(Set(pseudonyms.values).count == plan.voters)
  }

  @Test func `the proposal of a petition depends on number and seed alone`() {
    let proposal = FillVotes.proposal(of: 12, seed: 1)
    #expect(proposal == FillVotes.proposal(of: 12, seed: 1))
    #expect(proposal != FillVotes.proposal(of: 13, seed: 1))
    #expect(proposal != FillVotes.proposal(of: 12, seed: 2))
  }

  @Test func `the truth is sorted as PostgreSQL sorts proposals`() throws {
    let proposals = (1...9).map { FillVotes.proposal(of: $0, seed: 1) }
    var result = Filling.Result(petitions: 9)
    result.count(FillPlan.Item(kind: .first, petition: 3, voter: 0, isYes: true))
    result.count(FillPlan.Item(kind: .first, petition: 3, voter: 1, isYes: false))
    result.count(FillPlan.Item(kind: .again, petition: 3, voter: 1, isYes: true))
    let report = FillReport(proposals: proposals, result: result, controls: 0, seconds: 1, processorSeconds: 1)
    let lines = report.truth.split(separator: "\n").map(String.init)
    #expect(lines == lines.sorted())
    #expect(lines.contains("\(proposals[3])\t1\t1"))
    #expect(result.records == 3)
  }

  @Test func `fill says what it is and does nothing unasked`() async {
    #expect(ForumctlTool.help.contains("FORGES BALLOTS"))
    #expect(await ForumctlTool.run(arguments: ["fill", "/nonexistent"]) == 64)
    #expect(await ForumctlTool.run(arguments: ["fill", "--open", "--into-existing-votes", "/nonexistent"]) == 64)
  }
}
