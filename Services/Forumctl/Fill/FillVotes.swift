import Contracts
import Crypto
import FoundationEssentials
import Kafka
import Postgres
import ServiceKit

/// The votes that forged ballots are for, by petition.
struct FillVotes: Sendable {
  /// A vote as the count knows it.
  struct Vote: Sendable {
    let proposal: ProposalID
    let ruleHash: [UInt8]
  }

  /// Petitions that get ballots.
  let petitions: [Petition]
  let database: Database

  /// The votes that are there already: open, and with the petition's number as their reference; of several the newest.
  /// - Throws: `Failure` naming petitions without one.
  func existing() async throws -> [Vote] {
    let rows = try await database.query(
      """
      SELECT DISTINCT ON (reference) reference, proposal, rule_hash FROM vote
      WHERE state = 'open' AND reference = ANY(\(petitions.map { String($0.number) })) ORDER BY reference, number DESC
      """)
    var votes: [String: Vote] = [:]
    for row in rows {
      votes[try row["reference"]] = Vote(proposal: try row["proposal"], ruleHash: try row["rule_hash"])
    }
    let missing = petitions.filter { votes[String($0.number)] == nil }.map { "\($0.number)" }
    guard missing.isEmpty else {
      throw Failure(
        "no open vote for \(missing.count) of \(petitions.count) petitions (\(missing.prefix(5).joined(separator: ", "))"
          + "\(missing.count > 5 ? ", ..." : "")); --open makes them")
    }
    return petitions.compactMap { votes[String($0.number)] }
  }

  /// Makes the votes, open, as voting does, but tells nobody: no event is published.
  /// - Throws: `Failure` when votes of this seed are there already: their ballots would all be duplicates.
  func open(seed: UInt64, bar: Int64) async throws -> [Vote] {
    let now = Date()
    let rule = VoteRule(
      yesBar: bar, referral: .atOnce, opensAt: now, closesAt: now.addingTimeInterval(30 * 86_400))
    let text = String(decoding: try rule.canonicalJSON(), as: UTF8.self)
    let hash = try rule.hash()
    let votes = petitions.map { Vote(proposal: Self.proposal(of: $0.number, seed: seed), ruleHash: hash) }
    let made = try await database.transaction { transaction in
      let numbers = try await transaction.query(
        """
        INSERT INTO vote (proposal, title, category, reference, state, rule, rule_hash, yes_bar, referral, opens_at,
          closes_at, opened_at)
        SELECT proposal, title, category, reference, 'open', \(text), \(hash), \(rule.yesBar),
          \(rule.referral.rawValue), \(rule.opensAt), \(rule.closesAt), \(rule.opensAt)
        FROM unnest(\(votes.map(\.proposal.uuid)), \(petitions.map(\.draft.title)), \(petitions.map(\.draft.category)),
          \(petitions.map { String($0.number) })) AS petition (proposal, title, category, reference)
        ON CONFLICT (proposal) DO NOTHING RETURNING number
        """
      ).map { try $0["number"] as Int32 }
      guard numbers.count == votes.count else { return false }
      try await transaction.execute("INSERT INTO tally (vote) SELECT * FROM unnest(\(numbers))")
      return true
    }
    guard made else {
      throw Failure("votes of seed \(seed) are there already; give another --seed, or --into-existing-votes")
    }
    return votes
  }

  /// The same petition and seed always make the same proposal (RFC 9562, version 8).
  static func proposal(of petition: Int, seed: UInt64) -> ProposalID {
    var bytes = Array(sha256(Array("forumctl fill \(seed) \(petition)".utf8)).prefix(16))
    bytes[6] = bytes[6] & 0x0f | 0x80
    bytes[8] = bytes[8] & 0x3f | 0x80
    return ProposalID(bytes: bytes) ?? ProposalID()
  }

  /// The opening records of the votes for every partition: in the log before any ballot.
  static func openings(of votes: [Vote], key: HMACKey) -> [OutgoingRecord] {
    let now = Date().milliseconds
    return votes.flatMap { vote in
      let value = BallotRecord(
        proposal: vote.proposal, content: .control(.open, ruleHash: vote.ruleHash), acceptedAt: now
      ).encoded(with: key)
      return (0..<Topics.ballots.partitions).map {
        OutgoingRecord(topic: Topics.ballots.name, partition: $0, key: vote.proposal.bytes, value: value)
      }
    }
  }
}
