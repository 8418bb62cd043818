import Crypto
import FoundationEssentials
import ServiceKit

/// Signs access tokens with the development key, in place of an identity provider.
struct Signer: Sendable {
  let key: ES256PrivateKey
  let issuer: String
  let audience: String

  var keyID: String { Self.keyID(of: key.publicKey) }

  /// The first 16 hexadecimal digits of SHA-256 of the public key's x and y.
  static func keyID(of key: ES256PublicKey) -> String { String(Hex.encode(sha256(key.x + key.y)).prefix(16)) }

  /// - Parameter file: the private key in PEM; nil takes FORUM_TOKEN_SIGNING_KEY_FILE or the secrets folder's.
  /// - Throws: `Failure` when there is no key, or none that can be read.
  init(keyFile file: String?, environment: CommandEnvironment) throws {
    key = try Self.key(file, environment)
    var settings = environment.settings
    issuer = try settings.string("FORUM_TOKEN_ISSUER", default: "https://login.forum.example", "issuer (iss)")
    audience = try settings.string("FORUM_TOKEN_AUDIENCE", default: "citizen-forum", "audience (aud)")
  }

  init(key: ES256PrivateKey, issuer: String, audience: String) {
    self.key = key
    self.issuer = issuer
    self.audience = audience
  }

  static func key(_ file: String?, _ environment: CommandEnvironment) throws -> ES256PrivateKey {
    let secrets = environment.values["FORUM_SECRETS_DIRECTORY"].map { "\($0)/token-signing.pem" }
    guard let path = file ?? environment.values["FORUM_TOKEN_SIGNING_KEY_FILE"] ?? secrets else {
      throw Failure(
        "no signing key: give --key FILE or FORUM_TOKEN_SIGNING_KEY_FILE, the development private key in PEM "
          + "(with an identity provider, tokens come from there)")
    }
    let pem = String(decoding: try contents(of: path), as: UTF8.self)
    do { return try ES256PrivateKey(pem: pem) } catch { throw Failure("\(path) holds no P-256 private key in PEM") }
  }

  func token(
    subject: String, roles: [String], office: String? = nil, accountCreated: Int? = nil, lifetime: Int,
    now: Int = Int(Date().timeIntervalSince1970)
  ) throws -> String {
    let claims = AccessTokenClaims(
      iss: issuer, sub: subject, aud: [audience], exp: now + lifetime, iat: now, jti: Hex.encode(randomBytes(8)),
      roles: roles, office: office, accountCreated: accountCreated)
    return try JSONWebToken.sign(claims: claims, keyID: keyID, with: key)
  }

  /// Tokens for many subjects, signed on all cores.
  func tokens(
    count: Int, lifetime: Int, _ progress: Progress, _ subject: @escaping @Sendable (Int) -> String
  ) async throws -> [String] {
    let chunk = 256
    return try await withThrowingTaskGroup(of: (Int, [String]).self) { group in
      var chunks: [[String]] = Array(repeating: [], count: (count + chunk - 1) / chunk)
      var started = 0
      func start() {
        guard started < chunks.count else { return }
        let number = started
        started += 1
        group.addTask {
          let range = number * chunk..<min((number + 1) * chunk, count)
          return (number, try range.map { try token(subject: subject($0), roles: ["citizen"], lifetime: lifetime) })
        }
      }
      for _ in 0..<ProcessInfo.processInfo.activeProcessorCount { start() }
      while let (number, tokens) = try await group.next() {
        chunks[number] = tokens
        progress.add(tokens.count)
        start()
      }
      return chunks.flatMap(\.self)
    }
  }
}
