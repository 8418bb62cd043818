public import Contracts
import FoundationEssentials
public import Postgres

extension Identifier: PostgresEncodable, PostgresDecodable {
  public static var postgresType: PostgresType { UUID.postgresType }
  public func encode(into buffer: inout PostgresBuffer) { uuid.encode(into: &buffer) }

  public init(postgres bytes: RawSpan, type: PostgresType) throws(PostgresError) {
    self.init(try UUID(postgres: bytes, type: type))
  }
}

extension Category: PostgresEncodable, PostgresDecodable {}
extension TaskState: PostgresEncodable, PostgresDecodable {}
extension RejectionCode: PostgresEncodable, PostgresDecodable {}
extension WithdrawalReason: PostgresEncodable, PostgresDecodable {}
