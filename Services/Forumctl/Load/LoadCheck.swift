import Contracts
import FoundationEssentials

/// Looks at the count before and after a run, over HTTP as anybody can.
struct LoadCheck: Sendable {
  let api: ForumAPI
  let votes: [ProposalID]
  /// How long the count may take to catch up.
  let patience: Duration

  typealias Tally = VoteAnswer.Tally

  /// The open votes, or those of `wanted`, which must be open.
  static func openVotes(_ api: ForumAPI, wanted: [ProposalID]) async throws -> [ProposalID] {
    let open = try await api.all(VoteAnswer.self, "/v1/votes").filter { $0.state == "open" }.map(\.proposal)
    if let missing = wanted.first(where: { !open.contains($0) }) {
      throw Failure("there is no open vote on \(missing)")
    }
    guard !open.isEmpty else { throw Failure("no vote is open") }
    // The order of the list, the newest first, is nobody's promise.
    return wanted.isEmpty ? open.sorted { $0.description < $1.description } : wanted
  }

  /// The tallies by vote, as they are shown: they may be a second old.
  func tallies() async throws -> [Tally] {
    let all = try await api.all(VoteAnswer.self, "/v1/votes")
    let byProposal = Dictionary(all.map { ($0.proposal, $0.tally) }) { first, _ in first }
    return try votes.map { vote in
      guard let tally = byProposal[vote] else { throw Failure("the vote on \(vote) is gone") }
      guard let tally else { throw Failure("the count of the vote on \(vote) is hidden until it closes") }
      return tally
    }
  }

  /// The tallies once they stand still for longer than they are cached.
  func settledTallies() async throws -> [Tally] {
    let end = ContinuousClock.now + .seconds(15)
    var last = try await tallies()
    while true {
      try await Task.sleep(for: .milliseconds(1_200))
      let now = try await tallies()
      if now == last { return now }
      guard ContinuousClock.now < end else { throw Failure("ballots are being counted that are not of this run") }
      last = now
    }
  }

  /// Waits until the count has passed every receipt.
  /// - Returns: the partitions that it did not pass in time, and the count as it was last.
  func catchUp(to lastOffsets: [Int32: Int64]) async throws -> (faults: [String], count: Outcome.Count) {
    let end = ContinuousClock.now + patience
    while true {
      let count = try await api.json(Outcome.Count.self, "GET", "/v1/count")
      let next = Dictionary(count.partitions.map { (Int32(clamping: $0.partition), Int64($0.next)) }) { first, _ in
        first
      }
      let behind = lastOffsets.filter { $0.value >= next[$0.key] ?? 0 }.sorted { $0.key < $1.key }
      if behind.isEmpty { return ([], count) }
      guard ContinuousClock.now < end else {
        let faults = behind.map { partition, offset in
          "partition \(partition) is counted to \(next[partition] ?? 0), and a receipt says \(offset)"
        }
        return (faults, count)
      }
      try await Task.sleep(for: .milliseconds(100))
    }
  }

  /// The tallies once they have grown as they must, or ten seconds later.
  func grown(from before: [Tally], by growths: [LoadLedger.Growth]) async throws -> [Tally] {
    let end = ContinuousClock.now + .seconds(10)
    while true {
      let after = try await tallies()
      let agrees = votes.indices.allSatisfy { Self.faults(votes[$0], before[$0], after[$0], growths[$0]).isEmpty }
      if agrees || ContinuousClock.now > end { return after }
      try await Task.sleep(for: .milliseconds(300))
    }
  }

  /// How a tally's growth differs from what it must be.
  static func faults(_ vote: ProposalID, _ before: Tally, _ after: Tally, _ growth: LoadLedger.Growth) -> [String] {
    let figures = [
      ("yes", after.yes - before.yes, growth.yes), ("no", after.no - before.no, growth.no),
      ("yes and no", after.yes + after.no - before.yes - before.no, growth.total),
    ]
    return figures.filter { !$0.2.contains($0.1) }.map { name, found, wanted in
      let range =
        wanted.lowerBound == wanted.upperBound ? "\(wanted.lowerBound)" : "\(wanted.lowerBound) to \(wanted.upperBound)"
      return "\(vote): \(name) grew by \(found) instead of \(range)"
    }
  }

  /// The law that every record is counted, a duplicate or rejected.
  static func faults(_ count: Outcome.Count) -> [String] {
    count.partitions.filter { $0.next - $0.base != $0.counted + $0.duplicate + $0.rejected }.map { partition in
      "partition \(partition.partition): \(partition.next - partition.base) records, and "
        + "\(partition.counted + partition.duplicate + partition.rejected) counted, duplicate or rejected"
    }
  }
}
