import Contracts
import FoundationEssentials
import HTTPClient

/// Measures how long it takes from the answer to a ballot until the Forum says that it is counted.
struct Probing: Sendable {
  struct Accepted: Decodable, Sendable {
    let receipt: String
    let acceptedAt: Date
  }
  struct Probe: Sendable {
    let proposal: ProposalID
    let token: String
    let accepted: Accepted
  }
  private struct Status: Decodable { let state: String }

  let api: ForumAPI

  /// Follows every ballot of `probes` at the same time.
  /// - Returns: milliseconds, sorted; ballots that were not seen as counted in time have none.
  func delays(of probes: AsyncStream<Probe>) async -> [Double] {
    await withTaskGroup(of: Double?.self) { group in
      for await probe in probes { group.addTask { await delay(of: probe) } }
      var delays: [Double] = []
      for await case let delay? in group { delays.append(delay) }
      return delays.sorted()
    }
  }

  private func delay(of probe: Probe) async -> Double? {
    let path = "/v1/proposals/\(probe.proposal)/ballot?receipt=\(percentEncoded(probe.accepted.receipt))"
    let end = ContinuousClock.now + api.patience
    var attempts = 0
    while ContinuousClock.now < end {
      if let response = try? await api.once("GET", path, token: probe.token), response.status == 200,
        let status = try? JSON.decode(Status.self, from: response.body)
      {
        if status.state == "counted" { return Date().timeIntervalSince(probe.accepted.acceptedAt) * 1000 }
        guard status.state == "pending" || status.state == "none" else { return nil }
      }
      attempts += 1
      try? await Task.sleep(for: attempts < 100 ? .milliseconds(10) : .milliseconds(25))
    }
    return nil
  }

  /// The value that a share of the sorted values does not exceed (nearest rank); nil of none.
  static func percentile(_ sorted: [Double], _ share: Double) -> Double? {
    guard !sorted.isEmpty else { return nil }
    let rank = Int((share * Double(sorted.count)).rounded(.up))
    return sorted[min(max(rank, 1), sorted.count) - 1]
  }
}
