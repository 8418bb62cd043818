import Contracts
import FoundationEssentials
import HTTPClient
import Kafka

/// Looks at what the Forum shows, and gives it time to get there.
struct Observing: Sendable {
  let api: ForumAPI
  let plan: Plan
  let proposals: [ProposalID]
  let kafka: KafkaConfiguration

  func count() async throws -> Outcome.Count { try await api.json(Outcome.Count.self, "GET", "/v1/count") }

  /// The tallies by petition; nil where there is no vote.
  func tallies() async throws -> [Outcome.Tally?] {
    try await concurrently(proposals.count, width: 16) { index -> Outcome.Tally? in
      let path = "/v1/proposals/\(proposals[index])/vote"
      let response = try await api.call("GET", path)
      if response.status == 404 { return nil }
      guard response.status == 200, let vote = try? JSON.decode(VoteAnswer.self, from: response.body) else {
        throw Failure("GET \(path) answers \(response.status) \(ForumAPI.excerpt(response))")
      }
      return vote.tally.map {
        Outcome.Tally(yes: $0.yes, no: $0.no, bar: vote.rule.yesBar, state: vote.state, carried: vote.carried)
      }
    }
  }

  /// Waits until the count stands still and the tallies are as planned, 60 seconds at most.
  /// - Parameter closesAt: the votes have to be closed too, and there are 60 seconds from then on.
  func settled(closing closesAt: Date?) async throws -> (Outcome.Count, [Outcome.Tally?]) {
    let end = ContinuousClock.now + .seconds(60 + max(0, closesAt?.timeIntervalSinceNow ?? 0))
    var last = try await count()
    while true {
      try await Task.sleep(for: .milliseconds(300))
      let now = try await count()
      let isLate = ContinuousClock.now > end
      if now == last || isLate {
        let tallies = try await tallies()
        if isLate || isAsPlanned(tallies) { return (try await count(), tallies) }
      }
      last = now
    }
  }

  private func isAsPlanned(_ tallies: [Outcome.Tally?]) -> Bool {
    zip(plan.expectations, tallies).allSatisfy { expected, tally in
      guard let tally else { return expected.isRejected }
      return tally.yes == expected.yes && tally.no == expected.no
        && (plan.rules.window == nil || tally.state == "closed")
    }
  }

  /// Asks again until `isThere`, `seconds` at most.
  func awaiting<Value>(
    _ seconds: Int, _ ask: () async throws -> Value, until isThere: (Value) -> Bool
  ) async throws -> Value {
    let end = ContinuousClock.now + .seconds(seconds)
    while true {
      let value = try await ask()
      if isThere(value) || ContinuousClock.now > end { return value }
      try await Task.sleep(for: .milliseconds(300))
    }
  }

  /// The cases of this replay.
  /// - Parameter wanted: waits for so many, 30 seconds at most.
  func cases(atLeast wanted: Int) async throws -> [Outcome.Case] {
    try await awaiting(30, cases, until: { $0.count >= wanted })
  }

  /// The cases of this replay.
  /// - Parameter wanted: waits until so many are a ministry's, 30 seconds at most.
  func assigned(atLeast wanted: Int) async throws -> [Outcome.Case] {
    try await awaiting(30, cases, until: { cases in cases.count { $0.ministry != nil } >= wanted })
  }

  private func cases() async throws -> [Outcome.Case] {
    struct Answer: Decodable {
      struct Office: Decodable { let slug: String }
      let id: CaseID
      let proposal: ProposalID
      let ministry: Office?
    }
    let index = Dictionary(uniqueKeysWithValues: zip(proposals, proposals.indices))
    return try await api.all(Answer.self, "/v1/cases").compactMap { found in
      index[found.proposal].map { Outcome.Case(id: found.id, petition: $0, ministry: found.ministry?.slug) }
    }
  }

  func deliveries(of cases: [Outcome.Case]) async throws -> [Outcome.Delivery] {
    let reader = MinistryReader(kafka: kafka)
    return try await awaiting(
      30, { try await reader.deliveries(about: Set(proposals)) },
      until: { Set($0.map(\.caseID)).isSuperset(of: cases.map(\.id)) })
  }

  /// The petitions whose page is wrong, and how. A page may be a moment behind.
  func pages() async throws -> [Int: String] {
    let referred = Set(plan.referred)
    let faults = try await concurrently(proposals.count, width: 16) { index -> String? in
      let yes = referred.contains(index) ? plan.expectations[index].yes : nil
      return try await awaiting(
        10,
        {
          let response = try await api.call("GET", "/proposals/\(proposals[index])")
          guard response.status == 200 else { return "status \(response.status)" }
          if let yes, !Self.numbers(in: response.body).contains(yes) { return "does not show \(yes) yes votes" }
          return nil
        }, until: { (fault: String?) in fault == nil })
    }
    return Dictionary(
      uniqueKeysWithValues: faults.enumerated().compactMap { index, fault in fault.map { (index, $0) } })
  }

  /// The whole numbers in a page, with or without commas between thousands.
  static func numbers(in page: [UInt8]) -> Set<Int> {
    var numbers: Set<Int> = []
    var current = ""
    for byte in page + [0] {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): current.unicodeScalars.append(Unicode.Scalar(byte))
      case UInt8(ascii: ",") where !current.isEmpty: continue
      default:
        if let number = Int(current) { numbers.insert(number) }
        current = ""
      }
    }
    return numbers
  }
}
