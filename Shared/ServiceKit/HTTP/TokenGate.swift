public import Crypto
import FoundationEssentials
public import HTTPServer
import Synchronization

/// Lets callers in by their access token. A signature costs as much as everything else on the way together, so a token
/// is verified once and then remembered, by its hash, until it expires.
public final class TokenGate: Sendable {
  private struct Known {
    var recent: [TokenHash: Caller] = [:]
    var older: [TokenHash: Caller] = [:]
  }

  private let verifier: AccessTokenVerifier
  private let now: @Sendable () -> Int
  /// Tokens remembered at most, in two generations of half: the older half is forgotten as a whole.
  private let capacity: Int
  private let known = Mutex(Known())
  /// Tokens that may wait for their verification; beyond, the wait would be longer than a client should be kept.
  private let limit: Int
  private let waiting = Atomic<Int>(0)

  /// - Parameters:
  ///   - capacity: tokens remembered at most; each takes about 250 bytes.
  ///   - verifications: tokens under verification at most; who comes with a further unknown one is answered 503.
  ///   - now: seconds since 1970.
  public init(
    verifier: AccessTokenVerifier, capacity: Int = 190_000, verifications: Int = 1_024,
    now: @escaping @Sendable () -> Int
  ) {
    self.verifier = verifier
    self.capacity = capacity
    limit = verifications
    self.now = now
  }

  /// The caller of a request; nil when it carries no token.
  /// - Throws: `Problem.unauthorized` for a token that does not hold, the same for every cause; 503 with Retry-After
  ///   when too many unknown tokens wait for their verification.
  public func caller(of request: HTTPRequest) async throws(Problem) -> Caller? {
    guard var header = request.headers["authorization"] else { return nil }
    guard let hash = header.withUTF8(TokenHash.init(authorization:)) else { throw .unauthorized }
    let now = now()
    if let caller = remembered(hash) {
      guard caller.expires > now else { throw .unauthorized }
      return caller
    }
    defer { waiting.subtract(1, ordering: .relaxed) }
    guard waiting.add(1, ordering: .relaxed).newValue <= limit else {
      throw .unavailable("More people are arriving than can be let in. Try again.")
    }
    let caller = try await verified(String(header.dropFirst(TokenHash.scheme.utf8CodeUnitCount)), now: now)
    remember(hash, caller)
    return caller
  }

  // Away from the event loop: a verification takes about 80 microseconds.
  @concurrent private func verified(_ token: String, now: Int) async throws(Problem) -> Caller {
    do { return Caller(claims: try verifier.verify(token, now: now)) } catch { throw .unauthorized }
  }

  private func remembered(_ hash: TokenHash) -> Caller? {
    known.withLock { known in
      if let caller = known.recent[hash] { return caller }
      guard let caller = known.older[hash] else { return nil }
      known.recent[hash] = caller
      return caller
    }
  }

  private func remember(_ hash: TokenHash, _ caller: Caller) {
    known.withLock { known in
      if known.recent.count >= capacity / 2 {
        known.older = known.recent
        known.recent = [:]
      }
      known.recent[hash] = caller
    }
  }
}

/// SHA-256 of a token: the whole of it is compared.
private struct TokenHash: Hashable {
  static let scheme: StaticString = "bearer "
  private var words = (UInt64(0), UInt64(0), UInt64(0), UInt64(0))

  /// Of an `Authorization` field; nil when it holds no bearer token, or one longer than any that is taken.
  init?(authorization header: UnsafeBufferPointer<UInt8>) {
    let length = Self.scheme.utf8CodeUnitCount
    guard header.count <= 8192, header.count > length else { return nil }
    for index in 0..<length - 1 where header[index] | 0x20 != Self.scheme.utf8Start[index] { return nil }
    guard header[length - 1] == UInt8(ascii: " ") else { return nil }
    withUnsafeMutableBytes(of: &words) { words in
      guard let start = words.baseAddress else { return }
      sha256(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(header)[length...]), into: start)
    }
  }

  static func == (a: Self, b: Self) -> Bool { a.words == b.words }

  /// One word of it is as good as all: nobody can choose it, and only tokens that hold are kept.
  func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
}
