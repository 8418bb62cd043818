public import Crypto
import FoundationEssentials
public import HTTPServer
import Synchronization

/// Lets callers in by their access token. A signature costs as much as everything else on the way together, so a token
/// is verified once and then remembered, by its hash, until it expires.
public final class TokenGate: Sendable {
  private struct Known {
    var recent: [[UInt8]: Caller] = [:]
    var older: [[UInt8]: Caller] = [:]
  }

  private let verifier: AccessTokenVerifier
  private let now: @Sendable () -> Int
  /// Tokens remembered at most, in two generations of half: the older half is forgotten as a whole.
  private let capacity: Int
  private let known = Mutex(Known())

  /// - Parameter now: seconds since 1970.
  public init(verifier: AccessTokenVerifier, capacity: Int = 200_000, now: @escaping @Sendable () -> Int) {
    self.verifier = verifier
    self.capacity = capacity
    self.now = now
  }

  /// The caller of a request; nil when it carries no token.
  /// - Throws: `Problem.unauthorized` for a token that does not hold, the same for every cause.
  public func caller(of request: HTTPRequest) async throws(Problem) -> Caller? {
    guard let header = request.headers["authorization"] else { return nil }
    guard header.utf8.count <= 8192, header.utf8.count > 7, header.prefix(7).lowercased() == "bearer " else {
      throw .unauthorized
    }
    let token = String(header.dropFirst(7))
    let digest = sha256(Array(token.utf8))
    let now = now()
    if let caller = remembered(digest) {
      guard caller.expires > now else { throw .unauthorized }
      return caller
    }
    let caller = try await verified(token, now: now)
    remember(digest, caller)
    return caller
  }

  // Away from the event loop: a verification takes about 80 microseconds.
  @concurrent private func verified(_ token: String, now: Int) async throws(Problem) -> Caller {
    do { return Caller(claims: try verifier.verify(token, now: now)) } catch { throw .unauthorized }
  }

  private func remembered(_ digest: [UInt8]) -> Caller? {
    known.withLock { known in
      if let caller = known.recent[digest] { return caller }
      guard let caller = known.older[digest] else { return nil }
      known.recent[digest] = caller
      return caller
    }
  }

  private func remember(_ digest: [UInt8], _ caller: Caller) {
    known.withLock { known in
      if known.recent.count >= capacity / 2 {
        known.older = known.recent
        known.recent = [:]
      }
      known.recent[digest] = caller
    }
  }
}
