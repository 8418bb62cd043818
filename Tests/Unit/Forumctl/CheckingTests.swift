import Contracts
import Testing

@testable import Forumctl

struct CheckingTests {
  private let plan: Plan
  private let good: Outcome
  private let cast: CastFigures

  init() {
    var rules = ReplayRules()
    rules.scale = 10
    rules.bar = 400
    rules.rejectShare = 0.25
    let plan = Plan(petitions: [(1, 6_000), (2, 5_000), (3, 700), (4, 200)], rules: rules)
    let ballots = plan.ballots.count - plan.repeats
    var cast = CastFigures(sent: plan.ballots.count, accepted: plan.ballots.count, acceptedRepeats: plan.repeats)
    cast.seconds = 2
    func count(_ counted: Int, _ duplicate: Int) -> Outcome.Count {
      var partitions = (0..<12).map {
        Outcome.Partition(partition: $0, base: 0, next: 3, counted: 3, duplicate: 0, rejected: 0)
      }
      partitions[0].next += counted + duplicate
      partitions[0].counted += counted
      partitions[0].duplicate += duplicate
      return Outcome.Count(
        partitions: partitions, ballots: .init(counted: counted, duplicate: duplicate, rejected: 0), controls: 36)
    }
    let cases = plan.referred.map { Outcome.Case(id: CaseID(), petition: $0, ministry: "moef") }
    self.plan = plan
    self.cast = cast
    good = Outcome(
      tallies: plan.expectations.map { $0.isRejected ? nil : Outcome.Tally(yes: $0.yes, no: $0.no, bar: 400) },
      before: count(50, 5), after: count(50 + ballots, 5 + plan.repeats), cases: cases,
      deliveries: cases.map { .init(ministry: "moef", id: "event-\($0.petition)", caseID: $0.id) },
      hooks: Set(
        cases.flatMap { found in
          Checking.hookTypes.map { .init(type: $0, id: "\($0) \(found.petition)", petition: found.petition) }
        }), mails: plan.expectations.map { _ in 8 }, pages: [:])
  }

  private func disagreements(_ change: (inout Outcome, inout CastFigures) -> Void = { _, _ in }) -> [String] {
    var (outcome, cast) = (good, cast)
    change(&outcome, &cast)
    return Checking(plan: plan, cast: cast, outcome: outcome).disagreements
  }

  @Test func `figures as planned agree`() {
    #expect(plan.referred == [0, 1])
    #expect(plan.repeats > 0)
    #expect(disagreements().isEmpty)
  }

  @Test func `a vote that should be closed and is not, or with another result, is found`() {
    var rules = plan.rules
    rules.window = 60
    var closed = good
    for petition in closed.tallies.indices {
      closed.tallies[petition]?.state = "closed"
      closed.tallies[petition]?.carried = plan.referred.contains(petition)
    }
    func lines(_ change: (inout Outcome) -> Void = { _ in }) -> [String] {
      var outcome = closed
      change(&outcome)
      let plan = Plan(petitions: [(1, 6_000), (2, 5_000), (3, 700), (4, 200)], rules: rules)
      return Checking(plan: plan, cast: cast, outcome: outcome).disagreements
    }
    #expect(lines().isEmpty)
    #expect(lines { $0.tallies[0]?.state = "open" } == ["proposal 1: its vote is open, not closed"])
    #expect(lines { $0.tallies[0]?.carried = false } == ["proposal 1: carried is not true"])
    #expect(lines { $0.tallies[1]?.carried = nil } == ["proposal 2: carried is not true"])
  }

  @Test func `a ballot too many, too few or on the other side is found`() {
    #expect(disagreements { outcome, _ in outcome.tallies[0]?.yes += 1 }.contains { $0.hasPrefix("proposal 1, yes") })
    #expect(disagreements { outcome, _ in outcome.tallies[1]?.no -= 1 }.contains { $0.hasPrefix("proposal 2, no") })
    let swapped = disagreements { outcome, _ in
      outcome.tallies[0]?.yes -= 1
      outcome.tallies[0]?.no += 1
    }
    #expect(swapped.count == 2)
  }

  @Test func `a lost ballot is found`() {
    let lines = disagreements { outcome, _ in
      outcome.tallies[0]?.yes -= 1
      outcome.after.ballots.counted -= 1
      outcome.after.partitions[0].counted -= 1
      outcome.after.partitions[0].next -= 1
    }
    #expect(lines.contains("ballots lost: 1 instead of 0"))
  }

  @Test func `a duplicate that was not refused, or one too many, is found`() {
    for change in [-1, 1] {
      let lines = disagreements { outcome, _ in
        outcome.after.ballots.duplicate += change
        outcome.after.partitions[0].duplicate += change
        outcome.after.partitions[0].next += change
      }
      #expect(lines.contains { $0.hasPrefix("duplicates refused") }, "\(change)")
    }
  }

  @Test func `copies from sending again are no disagreement, up to the number of unknown attempts`() {
    func lines(copies: Int, unknown: Int) -> [String] {
      disagreements { outcome, cast in
        outcome.after.ballots.duplicate += copies
        outcome.after.partitions[0].duplicate += copies
        outcome.after.partitions[0].next += copies
        cast.unknownAttempts = unknown
      }
    }
    #expect(lines(copies: 0, unknown: 3).isEmpty)
    #expect(lines(copies: 3, unknown: 3).isEmpty)
    #expect(!lines(copies: 4, unknown: 3).isEmpty)
    #expect(!lines(copies: -1, unknown: 3).isEmpty)
  }

  @Test func `refused, rejected and abandoned ballots are found`() {
    #expect(
      !disagreements { _, cast in
        cast.accepted -= 1; cast.refused = 1
      }.isEmpty)
    #expect(
      !disagreements { _, cast in
        cast.accepted -= 1; cast.abandoned = 1
      }.isEmpty)
    #expect(!disagreements { outcome, _ in outcome.after.ballots.rejected += 1 }.isEmpty)
  }

  @Test func `a broken conservation law is found in each partition`() {
    for partition in 0..<12 {
      let lines = disagreements { outcome, _ in outcome.after.partitions[partition].next += 1 }
      let sum = Self.sum(good, partition)
      #expect(lines == ["partition \(partition), counted + duplicate + rejected: \(sum) instead of \(sum + 1)"])
    }
    #expect(!disagreements { outcome, _ in outcome.after.controls += 1 }.isEmpty)
    #expect(!disagreements { outcome, _ in outcome.after.partitions.removeLast() }.isEmpty)
  }

  private static func sum(_ outcome: Outcome, _ partition: Int) -> Int {
    let found = outcome.after.partitions[partition]
    return found.counted + found.duplicate + found.rejected
  }

  @Test func `a missing vote, and a vote on a rejected proposal, are found`() {
    #expect(disagreements { outcome, _ in outcome.tallies[0] = nil }.contains("proposal 1: no vote"))
    let rejected = plan.expectations.firstIndex { $0.isRejected } ?? 0
    let lines = disagreements { outcome, _ in outcome.tallies[rejected] = Outcome.Tally(yes: 0, no: 0, bar: 400) }
    #expect(lines.contains { $0.hasSuffix("a vote, though it was rejected") })
    #expect(disagreements { outcome, _ in outcome.tallies[0]?.bar = 5 }.contains { $0.hasPrefix("proposal 1, bar") })
  }

  @Test func `a missing, second, unassigned or undeserved case is found`() {
    #expect(disagreements { outcome, _ in outcome.cases.removeFirst() }.contains("proposal 1: not referred"))
    #expect(
      disagreements { outcome, _ in outcome.cases.append(outcome.cases[0]) }.contains(
        "proposal 1, cases: 2 instead of 1"))
    #expect(disagreements { outcome, _ in outcome.cases[0].ministry = nil }.contains("proposal 1: assigned to nobody"))
    let lines = disagreements { outcome, _ in outcome.cases.append(.init(id: CaseID(), petition: 2, ministry: "moef")) }
    #expect(lines.contains("proposal 3: referred below the bar"))
  }

  @Test func `a ministry must be told once of its own cases; the same event again is no second one`() {
    #expect(disagreements { outcome, _ in outcome.deliveries.append(outcome.deliveries[0]) }.isEmpty)
    #expect(!disagreements { outcome, _ in outcome.deliveries.removeFirst() }.isEmpty)
    #expect(!disagreements { outcome, _ in outcome.deliveries[0].ministry = "moe" }.isEmpty)
    let second = disagreements { outcome, _ in
      var delivery = outcome.deliveries[0]
      delivery.id = "another"
      outcome.deliveries.append(delivery)
    }
    #expect(second == ["proposal 1, distinct events for the ministry: 2 instead of 1"])
    #expect(
      !disagreements { outcome, _ in outcome.deliveries.append(.init(ministry: "moe", id: "x", caseID: CaseID())) }
        .isEmpty)
  }

  @Test func `a missing, second or forged webhook is found`() throws {
    let hooks = try #require(good.hooks)
    let hook = try #require(hooks.first)
    let second = Outcome.Hook(type: hook.type, id: "x", petition: hook.petition)
    let undeserved = Outcome.Hook(type: hook.type, id: "x", petition: 2)
    for wrong in [hooks.subtracting([hook]), hooks.union([second]), hooks.union([undeserved])] {
      let lines = disagreements { outcome, _ in outcome.hooks = wrong }
      #expect(lines.count == 1)
    }
    let forged = disagreements { outcome, _ in outcome.forgedHooks = 1 }
    #expect(forged == ["webhooks with a wrong signature: 1 instead of 0"])
    #expect(disagreements { outcome, _ in outcome.hooks = nil }.isEmpty)
  }

  @Test func `a missing mail, a wrong page and what could not be looked at are found`() {
    #expect(disagreements { outcome, _ in outcome.mails?[0] = 7 } == ["proposal 1: 7 mails, at least 8 are due"])
    #expect(disagreements { outcome, _ in outcome.mails = nil }.isEmpty)
    #expect(disagreements { outcome, _ in outcome.pages[2] = "status 500" } == ["proposal 3, page: status 500"])
    #expect(disagreements { outcome, _ in outcome.unseen = ["cases: away"] } == ["cases: away"])
  }

  @Test func `a replay that is continued counts what came before`() {
    let lines = disagreements { outcome, _ in
      let again = plan.ballots.count - plan.repeats
      outcome.countedBefore = again
      outcome.referredBefore = Set(plan.referred)
      outcome.hooks = []
      outcome.after.ballots.counted -= again
      outcome.after.ballots.duplicate += again
      outcome.after.partitions[0].counted -= again
      outcome.after.partitions[0].duplicate += again
    }
    #expect(lines.isEmpty)
  }

  @Test func `accepted ballots are counted, duplicates, rejected or lost`() {
    var outcome = good
    outcome.tallies[0]?.yes -= 2
    let figures = Figures(cast, outcome)
    #expect(figures.lost == 2)
    #expect(figures.counted + figures.duplicates + figures.rejected + figures.lost == cast.accepted)
  }

  @Test func `the table names each figure and the verdict`() {
    let report = Report(checking: Checking(plan: plan, cast: cast, outcome: good), delays: [10, 20, 400])
    for word in ["proposals", "  to moef", "p99  400 ms", "every figure agrees with the input"] {
      #expect(report.text.contains(word), "\(word)")
    }
  }

  @Test func `the JSON has the agreed keys`() throws {
    struct Document: Decodable {
      enum CodingKeys: String, CodingKey { case delay = "delay_ms" }
      let delay: [String: Double]
    }
    let json = try Report(checking: Checking(plan: plan, cast: cast, outcome: good), delays: [10, 20, 400]).json()
    #expect(try JSON.decode(Document.self, from: json).delay == ["p50": 20, "p99": 400])
    let text = String(decoding: json, as: UTF8.self)
    #expect(text.hasPrefix(#"{"ballots":{"accepted":"#))
    #expect(text.contains(#""lost":0,"proposals":4,"referred":2}"#))
  }
}
