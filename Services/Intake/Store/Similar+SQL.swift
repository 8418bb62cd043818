import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

/// A proposal that is like a text.
struct SimilarProposal: Encodable, Sendable {
  let id: ProposalID
  let title: String
  let state: TaskState
  let submittedAt: Date
  /// From 0 to 1, the same text.
  let score: Double

  init(_ row: Row) throws {
    id = try row["id"]
    title = try row["title"]
    state = try row["state"]
    submittedAt = try row["submitted_at"]
    score = try row["score"]
  }
}

extension Transaction {
  /// The proposals most like `asked`, best first.
  ///
  /// A trigram that many proposals have tells nothing and costs most. So the rarest of the title and the rarest of the
  /// text are looked up one by one, and the proposals that have most of them are candidates, with those whose title is
  /// alike. The score is the share of these trigrams that a proposal has, or the likeness of the titles if that is more.
  func similar(to asked: SimilarityQuery) async throws -> [SimilarProposal] {
    let hiding = RejectionCode.allCases.filter(\.hidesText).map(\.rawValue)
    let states = TaskState.allCases.filter(\.isShownAsSimilar).map(\.rawValue)
    return try await query(
      """
      WITH of_title AS MATERIALIZED (
        SELECT hash FROM unnest(trigram_hashes(\(asked.title))) AS hash LEFT JOIN common_trigram ON trigram = hash
        WHERE coalesce(share, 0) < 0.05 ORDER BY share NULLS FIRST LIMIT 32),
      of_text AS MATERIALIZED (
        SELECT hash FROM unnest(trigram_hashes(\(asked.text))) AS hash LEFT JOIN common_trigram ON trigram = hash
        WHERE coalesce(share, 0) < 0.05 ORDER BY share NULLS FIRST LIMIT 32),
      asked AS MATERIALIZED (SELECT hash FROM of_title UNION SELECT hash FROM of_text),
      found AS MATERIALIZED (
        SELECT proposal, count(*)::float8 / (SELECT count(*) FROM asked) AS share
        FROM asked JOIN proposal_trigram ON trigrams @> ARRAY[hash]
        GROUP BY proposal ORDER BY share DESC LIMIT 200),
      candidate AS (
        SELECT proposal, share FROM found
        UNION ALL
        (SELECT proposal, 0 FROM proposal_trigram WHERE title OPERATOR(trigram.%) \(asked.title) LIMIT 200)),
      scored AS (
        SELECT proposal.id, proposal.title, proposal.state, proposal.submitted_at,
          greatest(max(share), trigram.similarity(proposal.title, \(asked.title))::float8) AS score
        FROM candidate JOIN proposal ON proposal.id = candidate.proposal
        WHERE submitted_at IS NOT NULL AND state = ANY(\(states)) AND (rejection_code IS NULL OR rejection_code <> ALL(\(hiding)))
        GROUP BY proposal.id)
      SELECT id, title, state, submitted_at, round(score::numeric, 2)::float8 AS score FROM scored
      WHERE score >= \(SimilarityQuery.threshold)
      ORDER BY scored.score DESC, submitted_at DESC, id LIMIT \(SimilarityQuery.shown)
      """
    ).map(SimilarProposal.init)
  }

  /// A search that takes longer than a writer waits is given up.
  func limitSearch() async throws {
    try await execute("SET LOCAL statement_timeout = '1s'")
    // The planner cannot know how rare a trigram is, and might read all proposals for each of them instead.
    try await execute("SET LOCAL enable_seqscan = off")
  }
}

extension Database {
  /// Learns from a sample which trigrams are common.
  func learnCommonTrigrams() async throws {
    try await transaction { transaction in
      let count: Int =
        try await transaction.one("SELECT count(*) AS proposals FROM proposal_trigram")?["proposals"] ?? 0
      guard count > 0 else { return }
      let percent = min(100, 200_000 / Double(count))
      try await transaction.execute("DELETE FROM common_trigram")
      try await transaction.execute(
        """
        WITH sample AS MATERIALIZED (SELECT trigrams FROM proposal_trigram TABLESAMPLE BERNOULLI (\(percent)))
        INSERT INTO common_trigram (trigram, share)
        SELECT hash, count(*)::real / (SELECT count(*) FROM sample) FROM sample, unnest(trigrams) AS hash
        GROUP BY hash HAVING count(*) >= greatest(10, (SELECT count(*) FROM sample) / 200)
        """)
    }
  }
}
