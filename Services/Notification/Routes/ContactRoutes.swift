import Contracts
import Postgres
import ServiceKit

/// The addresses that people want to be written to; the SQL is beside.
struct Contacts: Sendable {
  let database: Database
  let clock: WallClock

  /// `PUT /v1/contact` `{"email","language"}`: 204. From now on the caller gets mail about their proposals.
  ///
  /// 422 for an address that mail cannot be sent to, or a language other than `ko` and `en`.
  func put(_ request: Request, _ body: Contact) async throws -> Response {
    try await database.save(body.checked(), of: request.authenticated().citizen, at: clock.now)
    return .noContent
  }

  /// `GET /v1/contact`: the caller's own; 404 when there is none.
  func get(_ request: Request) async throws -> Response {
    guard let contact = try await database.contact(of: request.authenticated().citizen) else {
      throw Problem.notFound("You have left no mail address.")
    }
    return try .json(contact)
  }

  /// `DELETE /v1/contact`: 204, also when there was none. The address and all mail queued for it are removed.
  func delete(_ request: Request) async throws -> Response {
    try await database.removeContact(of: request.authenticated().citizen)
    return .noContent
  }
}
