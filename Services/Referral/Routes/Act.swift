import Contracts
import FoundationEssentials
import HTTPServer
import Postgres
import ServiceKit

extension Cases {
  /// What somebody does on a case: read, decide and save it in one transaction. Who sends `If-Match` changes that version
  /// alone, and a request with an `Idempotency-Key` is done once.
  /// - Throws: `Problem` 404 unknown, 412 changed meanwhile
  func act(
    _ request: Request, _ decide: (Case, CitizenID, Date, Transaction) async throws -> Change
  ) async throws -> Response {
    let caller = try request.authenticated()
    let id: CaseID = try request.id()
    return try await database.transaction { transaction in
      try await transaction.idempotent(request, at: clock.now) {
        let known = try await transaction.lockedCase(id)
        // Whoever waited for the case acts after the one who had it.
        let now = clock.now
        try request.checkVersion(known.version)
        let change = try await decide(known, caller.citizen, now, transaction)
        try await transaction.save(change, at: now)
        var changed = change.changed
        changed.version += 1
        return try .json(CaseDetail(changed, at: now))
      }.taggedByBody()
    }
  }

  /// The same for the ministry in charge.
  /// - Throws: `Problem` 403 for the officer of another one
  func actInCharge(
    _ request: Request, _ decide: (Case, CitizenID, Date, Transaction) async throws -> Change
  ) async throws -> Response {
    let office = try request.authenticated().office
    return try await act(request) { known, actor, now, transaction in
      guard let ministry = known.ministry, ministry.slug == office else {
        throw Problem.forbidden("Only the ministry in charge of the case can do this.")
      }
      return try await decide(known, actor, now, transaction)
    }
  }

  /// The number of a milestone in the path.
  /// - Throws: `Problem` 404 where there can be no such milestone.
  func milestone(in request: Request) throws(Problem) -> Int {
    guard let number = request.parameters["milestone"].flatMap(Int.init), number > 0 else {
      throw .notFound("The address holds no number of a milestone.")
    }
    return number
  }
}

extension HTTPResponse {
  private struct Versioned: Decodable { let version: Int }

  /// The same answer with the entity tag of the case in it, which is known of a repeated one too.
  func taggedByBody() throws -> HTTPResponse {
    guard case .bytes(let bytes) = body else { return self }
    return tagged(try JSON.decode(Versioned.self, from: bytes).version)
  }
}

extension Request {
  /// - Throws: `Problem` 412 when `If-Match` names another version; without the field any version will do.
  fileprivate func checkVersion(_ version: Int) throws(Problem) {
    guard http.headers["if-match"] != nil else { return }
    guard try expectedVersion() == version else { throw .changedMeanwhile }
  }
}
