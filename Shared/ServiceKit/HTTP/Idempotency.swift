import Contracts
import Crypto
public import FoundationEssentials
public import HTTPServer
public import Postgres

extension Transaction {
  /// Runs `body` once for an `Idempotency-Key` (IETF draft-ietf-httpapi-idempotency-key-header): a repetition with the
  /// same key gets the stored response, one with another body is refused with 422. Without the header it just runs.
  ///
  /// Effect and response are stored in one transaction. A second request that comes while the first one runs waits for
  /// it on the primary key. Refusals are not stored, so a corrected request may use the same key.
  public func idempotent(
    _ request: Request, at now: Date, _ body: () async throws -> Response
  ) async throws -> Response {
    guard let key = request.http.headers["idempotency-key"] else { return try await body() }
    let bare =
      key.hasPrefix("\"") && key.hasSuffix("\"") && key.utf8.count > 1 ? String(key.dropFirst().dropLast()) : key
    guard (1...255).contains(bare.utf8.count) else {
      throw Problem.badRequest("Idempotency-Key must have 1 to 255 characters.")
    }
    let caller = try request.authenticated().citizen.uuid
    let fingerprint = sha256(Array("\(request.http.method.rawValue) \(request.http.path)\n".utf8) + request.http.body)
    let isFirst =
      try await execute(
        """
        INSERT INTO idempotent_response (caller, key, fingerprint, status, body, created_at)
        VALUES (\(caller), \(bare), \(fingerprint), 0, '', \(now)) ON CONFLICT DO NOTHING
        """) == 1
    guard isFirst else { return try await stored(caller, bare, fingerprint) }
    let response = try await body()
    guard case .bytes(let bytes) = response.body else { return response }
    try await execute(
      """
      UPDATE idempotent_response SET status = \(response.status), location = \(response.headers["location"]),
        body = \(bytes) WHERE caller = \(caller) AND key = \(bare)
      """)
    return response
  }

  private func stored(_ caller: UUID, _ key: String, _ fingerprint: [UInt8]) async throws -> Response {
    let row = try await one(
      "SELECT fingerprint, status, location, body FROM idempotent_response WHERE caller = \(caller) AND key = \(key)")
    guard let row else { throw Problem.unavailable("The first request with this key was taken back.") }
    let before: [UInt8] = try row["fingerprint"]
    guard before == fingerprint else {
      throw Problem(
        422, "idempotency-key-reused", "The Idempotency-Key was used before",
        detail: "The same key came with another request.")
    }
    var headers: HTTPHeaders = ["content-type": "application/json", "cache-control": "no-store"]
    if let location: String = try row["location"] { headers.add("location", location) }
    return Response(status: try row["status"], headers: headers, body: .bytes(try row["body"]))
  }
}
