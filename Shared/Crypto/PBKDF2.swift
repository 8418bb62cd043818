import COpenSSL

/// PBKDF2-HMAC-SHA512 (RFC 8018) with 64 bytes of output: `SaltedPassword` of SCRAM-SHA-512 (RFC 5802).
/// - Parameter password: ASCII, so that SASLprep changes nothing.
public func pbkdf2SHA512(password: String, salt: [UInt8], iterations: Int) -> [UInt8] {
  let password = Array(password.utf8)
  return [UInt8](unsafeUninitializedCapacity: 64) { buffer, count in
    let done = password.withUnsafeBytes {
      PKCS5_PBKDF2_HMAC(
        $0.bindMemory(to: CChar.self).baseAddress, Int32(clamping: password.count), salt, Int32(clamping: salt.count),
        Int32(clamping: max(iterations, 1)), EVP_sha512(), 64, buffer.baseAddress)
    }
    // Going on would hand out a verifier of uninitialized memory.
    guard done == 1 else { fatalError("PBKDF2 failed: out of memory") }
    count = 64
  }
}
