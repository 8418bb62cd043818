import Contracts
import Postgres

/// A voter in one vote: the first 16 of the pseudonym's 32 bytes, as a number; a `uuid` to PostgreSQL, which orders them
/// the same way.
struct VoterKey: Sendable, Hashable, Comparable, PostgresEncodable {
  // Two halves: a `UInt128` is aligned to 16 bytes, which would make a `BallotRow` a fifth larger.
  private let high: UInt64
  private let low: UInt64

  init(value: UInt128) {
    high = UInt64(truncatingIfNeeded: value >> 64)
    low = UInt64(truncatingIfNeeded: value)
  }

  var value: UInt128 { UInt128(high) << 64 | UInt128(low) }

  /// Where the voter's ballots are in the log.
  var partition: Int32 { BallotRecord.partition(of: high, count: Topics.ballots.partitions) }

  static let postgresType = PostgresType.uuid

  static func < (a: VoterKey, b: VoterKey) -> Bool { a.value < b.value }

  func encode(into buffer: inout PostgresBuffer) { buffer.append(value) }
}

extension BallotRuling {
  /// Whose ballot is ruled over.
  var voterKey: VoterKey { VoterKey(value: voter.prefix(16).reduce(0) { $0 << 8 | UInt128($1) }) }
}

/// A ballot that may count: the first of its voter does.
struct BallotRow: Sendable, Equatable {
  let voter: VoterKey
  /// Milliseconds since 1970.
  let acceptedAt: Int64
  let offset: Int64
  let vote: Int32
  let partition: Int16
  let isYes: Bool
  /// It takes its voter's place and counts when it is released.
  var isQuarantined = false
}
