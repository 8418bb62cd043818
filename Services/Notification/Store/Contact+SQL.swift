import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

extension Language: PostgresEncodable, PostgresDecodable {}

extension Database {
  func contact(of citizen: CitizenID) async throws -> Contact? {
    try await one("SELECT email, language FROM contact WHERE citizen = \(citizen)").map {
      Contact(email: try $0["email"], language: try $0["language"])
    }
  }

  func save(_ contact: Contact, of citizen: CitizenID, at now: Date) async throws {
    try await execute(
      """
      INSERT INTO contact (citizen, email, language, changed_at)
      VALUES (\(citizen), \(contact.email), \(contact.language), \(now))
      ON CONFLICT (citizen) DO UPDATE
        SET email = EXCLUDED.email, language = EXCLUDED.language, changed_at = EXCLUDED.changed_at
      """)
  }

  /// Removes the address and, by the foreign key, all mail to it.
  func removeContact(of citizen: CitizenID) async throws {
    try await execute("DELETE FROM contact WHERE citizen = \(citizen)")
  }
}
