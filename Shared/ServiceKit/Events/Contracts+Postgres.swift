public import Contracts
import FoundationEssentials
public import Postgres

extension Identifier: PostgresEncodable, PostgresDecodable {
  /// PostgreSQL's `uuid`.
  public static var postgresType: PostgresType { UUID.postgresType }
  /// Writes the 16 bytes of PostgreSQL's binary format.
  public func encode(into buffer: inout PostgresBuffer) { uuid.encode(into: &buffer) }

  /// Reads a `uuid`.
  /// - Throws: `PostgresError` for a column of another type.
  public init(postgres bytes: RawSpan, type: PostgresType) throws(PostgresError) {
    self.init(try UUID(postgres: bytes, type: type))
  }
}

extension Category: PostgresEncodable, PostgresDecodable {}
extension TaskState: PostgresEncodable, PostgresDecodable {}
extension RejectionCode: PostgresEncodable, PostgresDecodable {}
extension WithdrawalReason: PostgresEncodable, PostgresDecodable {}
extension OpinionHidingCode: PostgresEncodable, PostgresDecodable {}
extension LapseReason: PostgresEncodable, PostgresDecodable {}
extension FilingChannel: PostgresEncodable, PostgresDecodable {}
extension RulingKind: PostgresEncodable, PostgresDecodable {}
extension RulingCode: PostgresEncodable, PostgresDecodable {}
extension AppealGround: PostgresEncodable, PostgresDecodable {}
extension AppealOutcome: PostgresEncodable, PostgresDecodable {}
extension SuspensionReason: PostgresEncodable, PostgresDecodable {}
extension LapseCause: PostgresEncodable, PostgresDecodable {}
extension LegalStep: PostgresEncodable, PostgresDecodable {}
extension CaseOrigin: PostgresEncodable, PostgresDecodable {}
extension RatingSubject: PostgresEncodable, PostgresDecodable {}

extension PostgresJSON {
  /// A value as the Forum writes JSON everywhere.
  /// - Throws: `EncodingError`
  public init(encoding value: some Encodable) throws {
    self.init(text: String(decoding: try JSON.encode(value), as: UTF8.self))
  }
}
