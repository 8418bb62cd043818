import Contracts
public import FoundationEssentials
import Postgres

extension Database {
  /// What is known of a voter's ballots on one vote, and of the ballot of a receipt.
  ///
  /// One statement, so that row, rejection and offset are of one moment.
  /// - Parameter pseudonym: 32 bytes.
  func trace(of pseudonym: [UInt8], in vote: Vote, receipt: Receipt?) async throws -> BallotTrace {
    let partition = receipt?.partition ?? BallotRecord.partition(of: pseudonym, count: Topics.ballots.partitions)
    // By the voter's own key always: an offset that is made up must not tell of another's ballot.
    let place: Query = receipt.map { "AND record_offset = \($0.offset)" } ?? ""
    let row = try await one(
      """
      SELECT b.partition, b.log_offset, b.yes, o.next_offset,
        (SELECT reason FROM rejected_record
         WHERE topic = \(Topics.ballots.name) AND partition = \(partition) AND key = \(Array(pseudonym.prefix(16)))
         \(fragment: place)
         ORDER BY record_offset DESC LIMIT 1) AS reason,
        \(fragment: BallotMark.isQuarantined) AS held, \(fragment: BallotMark.isVoid) AS void,
        (SELECT code FROM vote_ruling WHERE id = gone.ruling) AS code
      FROM (SELECT 1) AS always
      LEFT JOIN ballot b ON b.vote = \(vote.number) AND b.pseudonym = \(UUID(pseudonym: pseudonym))
      \(fragment: BallotMark.join)
      LEFT JOIN consumer_offset o ON o.topic = \(Topics.ballots.name) AND o.partition = \(partition)
      """)
    var trace = BallotTrace()
    trace.rejection = try row?["reason"]
    trace.next = try row?["next_offset"]
    if let row, let place: Int32 = try row["partition"] {
      let state: BallotState = try row["void"] ? .void : row["held"] ? .quarantined : .counted
      trace.first = (place, try row["log_offset"], try row["yes"] ? .yes : .no, state)
      trace.voidCode = try row["code"]
    }
    return trace
  }
}

extension UUID {
  /// The first 16 of a pseudonym's 32 bytes: what it is stored by. Two voters of one vote share them with a probability
  /// of 2^-128 a pair.
  public init(pseudonym: [UInt8]) {
    self = ProposalID(bytes: pseudonym.prefix(16))?.uuid ?? UUID()
  }
}
