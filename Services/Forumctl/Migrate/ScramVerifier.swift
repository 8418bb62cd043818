import Crypto

/// What PostgreSQL keeps of a password (RFC 5803), computed here so that no statement and no log holds the password.
struct ScramVerifier: Sendable {
  let text: String

  /// - Parameter password: ASCII, as `openssl rand -hex` makes it: then SASLprep changes nothing.
  init(password: String, salt: [UInt8] = randomBytes(16), iterations: Int = 4096) {
    let salted = Self.saltedPassword(password, salt, iterations)
    let storedKey = sha256(salted.authenticate(Array("Client Key".utf8)))
    let serverKey = salted.authenticate(Array("Server Key".utf8))
    text =
      "SCRAM-SHA-256$\(iterations):\(Base64.encode(salt))$\(Base64.encode(storedKey)):\(Base64.encode(serverKey))"
  }

  /// PBKDF2-HMAC-SHA256 (RFC 8018 section 5.2) for one block: exactly the 32 bytes that are needed.
  private static func saltedPassword(_ password: String, _ salt: [UInt8], _ iterations: Int) -> HMACKey {
    let key = HMACKey(Array(password.utf8))
    var block = key.authenticate(salt + [0, 0, 0, 1])
    var result = block
    for _ in 1..<max(iterations, 1) {
      block = key.authenticate(block)
      for index in result.indices { result[index] ^= block[index] }
    }
    return HMACKey(result)
  }
}
