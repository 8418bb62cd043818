import Postgres

/// A voter in one vote: the first 16 of the pseudonym's 32 bytes, as a number; a `uuid` to PostgreSQL, which orders them
/// the same way.
struct VoterKey: Sendable, Hashable, Comparable, PostgresEncodable {
  let value: UInt128

  static let postgresType = PostgresType.uuid

  static func < (a: VoterKey, b: VoterKey) -> Bool { a.value < b.value }

  func encode(into buffer: inout PostgresBuffer) { buffer.append(value) }
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
}
