import Contracts

/// What casting came to.
struct CastFigures: Sendable, Equatable {
  /// Ballots that were begun, each however often it had to be sent.
  var sent = 0
  /// Answered 202.
  var accepted = 0
  /// Repeats among them.
  var acceptedRepeats = 0
  /// Answered with a final refusal.
  var refused = 0
  /// Given up, for the Forum was away too long.
  var abandoned = 0
  /// Attempts of which it is unknown whether they were stored.
  var unknownAttempts = 0
  var seconds = 0.0
  /// The first refusals, as they came.
  var refusals: [String] = []

  var ballotsPerSecond: Double { seconds > 0 ? Double(accepted) / seconds : 0 }
}

/// The figures of a replay, derived from what was sent and what the Forum shows.
struct Figures: Sendable, Equatable {
  let counted: Int
  /// Refused as duplicates, without those that came from sending again what was in the log already.
  let duplicates: Int
  /// Copies that came from sending again: between nought and the unknown attempts.
  let resent: Int
  let rejected: Int
  /// Accepted, and found nowhere.
  let lost: Int

  init(_ cast: CastFigures, _ outcome: Outcome) {
    counted = outcome.tallies.reduce(0) { $0 + ($1.map { $0.yes + $0.no } ?? 0) } - outcome.countedBefore
    let all = outcome.after.ballots.duplicate - outcome.before.ballots.duplicate
    rejected = outcome.after.ballots.rejected - outcome.before.ballots.rejected
    // Every first ballot counts, or did in an earlier run; every further one is a duplicate.
    resent = min(max(0, all - (cast.accepted - counted - rejected)), cast.unknownAttempts)
    duplicates = all - resent
    lost = cast.accepted - counted - duplicates - rejected
  }
}

/// Holds what the Forum shows against the plan. Pure: every figure is compared, and each difference is one line.
struct Checking: Sendable {
  let plan: Plan
  let cast: CastFigures
  let outcome: Outcome
  var figures: Figures { Figures(cast, outcome) }

  var disagreements: [String] {
    ballotLines + tallyLines + conservationLines + caseLines + deliveryLines + hookLines + mailLines + pageLines
      + outcome.unseen
  }

  private func name(_ petition: Int) -> String { "proposal \(plan.expectations[petition].number)" }

  private func expect(_ what: String, _ found: Int, _ wanted: Int) -> [String] {
    found == wanted ? [] : ["\(what): \(found) instead of \(wanted)"]
  }

  private var ballotLines: [String] {
    let figures = figures
    let firsts = plan.ballots.count - plan.repeats
    return expect("ballots sent", cast.sent, plan.ballots.count)
      + expect("ballots accepted", cast.accepted, plan.ballots.count)
      + expect("ballots refused", cast.refused, 0) + cast.refusals.map { "refused: \($0)" }
      + expect("ballots given up", cast.abandoned, 0)
      + expect("ballots counted", figures.counted, firsts - outcome.countedBefore)
      + expect("duplicates refused", figures.duplicates, plan.repeats + outcome.countedBefore)
      + expect("ballots rejected", figures.rejected, 0) + expect("ballots lost", figures.lost, 0)
  }

  private var tallyLines: [String] {
    var lines: [String] = []
    for (petition, expected) in plan.expectations.enumerated() {
      guard let tally = outcome.tallies[petition] else {
        if !expected.isRejected { lines.append("\(name(petition)): no vote") }
        continue
      }
      if expected.isRejected {
        lines.append("\(name(petition)): a vote, though it was rejected")
        continue
      }
      lines += expect("\(name(petition)), yes", tally.yes, expected.yes)
      lines += expect("\(name(petition)), no", tally.no, expected.no)
      lines += expect("\(name(petition)), bar", tally.bar, plan.rules.bar)
      guard plan.rules.window != nil else { continue }
      if tally.state != "closed" { lines.append("\(name(petition)): its vote is \(tally.state), not closed") }
      let isCarried = expected.yes > plan.rules.bar
      if tally.carried != isCarried { lines.append("\(name(petition)): carried is not \(isCarried)") }
    }
    return lines
  }

  private var conservationLines: [String] {
    let partitions = outcome.after.partitions
    let lines = partitions.flatMap { partition in
      expect(
        "partition \(partition.partition), counted + duplicate + rejected",
        partition.counted + partition.duplicate + partition.rejected, partition.next - partition.base)
    }
    let total = outcome.after.ballots
    return lines + expect("partitions", partitions.count, Int(Topics.ballots.partitions))
      + expect(
        "counted in all partitions", partitions.reduce(0) { $0 + $1.counted }, total.counted + outcome.after.controls)
      + expect("duplicates in all partitions", partitions.reduce(0) { $0 + $1.duplicate }, total.duplicate)
      + expect("rejected in all partitions", partitions.reduce(0) { $0 + $1.rejected }, total.rejected)
  }

  private var caseLines: [String] {
    let wanted = Set(plan.referred)
    var lines: [String] = []
    let found = Dictionary(grouping: outcome.cases, by: \.petition)
    for petition in wanted.sorted() where found[petition] == nil { lines.append("\(name(petition)): not referred") }
    for (petition, cases) in found.sorted(by: { $0.key < $1.key }) {
      if !wanted.contains(petition) { lines.append("\(name(petition)): referred below the bar") }
      lines += expect("\(name(petition)), cases", cases.count, 1)
      for referred in cases where referred.ministry.flatMap(Ministry.named) == nil {
        lines.append("\(name(petition)): assigned to \(referred.ministry ?? "nobody")")
      }
    }
    return lines
  }

  /// What ministries read: for each case one event, on the topic of the ministry in charge.
  private var deliveryLines: [String] {
    var lines: [String] = []
    for referred in outcome.cases {
      let owner = referred.ministry ?? "nobody"
      let own = outcome.deliveries.filter { $0.caseID == referred.id }
      lines += expect("\(name(referred.petition)), distinct events for the ministry", Set(own.map(\.id)).count, 1)
      for delivery in Set(own) where delivery.ministry != referred.ministry {
        lines.append(
          "\(name(referred.petition)): event on the topic of \(delivery.ministry), case with \(owner)"
        )
      }
    }
    let known = Set(outcome.cases.map(\.id))
    return lines
      + Set(outcome.deliveries).filter { !known.contains($0.caseID) }.map {
        "\($0.ministry) was told of a case \($0.caseID) that the Forum does not list"
      }.sorted()
  }

  static let hookTypes = [
    CaseReceived.type, CaseDecided.type, CaseConcluded.type, CaseAssigned.type,
  ]

  private var hookLines: [String] {
    guard let hooks = outcome.hooks else { return [] }
    var lines = expect("webhooks with a wrong signature", outcome.forgedHooks, 0)
    for type in Self.hookTypes {
      let counts = Dictionary(grouping: hooks.filter { $0.type == type }, by: \.petition).mapValues(\.count)
      let wanted = Set(outcome.cases.map(\.petition))
      for petition in wanted.union(counts.keys).subtracting(outcome.referredBefore).sorted() {
        lines += expect(
          "\(name(petition)), webhooks \(type)", counts[petition] ?? 0, wanted.contains(petition) ? 1 : 0)
      }
    }
    return lines
  }

  var mailLines: [String] {
    guard let mails = outcome.mails else { return [] }
    let referred = Set(plan.referred)
    return plan.expectations.indices.compactMap { petition in
      // Arrived (one more while it looks for supporters) and rejected; or arrived, accepted, selected, scheduled and open; and then over the bar, with the
      // Committee and with a ministry.
      let wanted = plan.expectations[petition].isRejected ? 2 : referred.contains(petition) ? 8 : 5
      return mails[petition] < wanted ? "\(name(petition)): \(mails[petition]) mails, at least \(wanted) are due" : nil
    }
  }

  private var pageLines: [String] {
    outcome.pages.sorted { $0.key < $1.key }.map { "\(name($0.key)), page: \($0.value)" }
  }
}
