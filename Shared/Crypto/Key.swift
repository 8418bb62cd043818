import COpenSSL

/// Why a key could not be read.
public enum KeyError: Error, Sendable, Equatable {
  /// Not a key of the expected algorithm, encrypted, or damaged.
  case invalid
}

/// Owns an `EVP_PKEY`, which OpenSSL lets many threads use as long as nobody changes it.
final class Key: @unchecked Sendable {
  let pointer: OpaquePointer

  /// Takes over the reference; nil stands for a failed OpenSSL call.
  init(_ pointer: OpaquePointer?) throws(KeyError) {
    guard let pointer else {
      clearErrors()
      throw .invalid
    }
    self.pointer = pointer
  }

  deinit {
    EVP_PKEY_free(pointer)
  }

  /// Made by `generate`, which fails only without memory or randomness.
  static func generated(_ generate: () -> OpaquePointer?) -> Key {
    guard let key = try? Key(generate()) else { fatalError("OpenSSL cannot make a key") }
    return key
  }

  static func privateKey(pem: String) throws(KeyError) -> Key {
    // An encrypted key would make OpenSSL ask at the terminal for a password; the callback answers with none.
    try Key(withPEM(pem) { PEM_read_bio_PrivateKey($0, nil, { _, _, _, _ in -1 }, nil) })
  }

  static func publicKey(pem: String) throws(KeyError) -> Key {
    try Key(withPEM(pem) { PEM_read_bio_PUBKEY($0, nil, { _, _, _, _ in -1 }, nil) })
  }

  /// The bytes outlive the call here; a String passed as `const char *` would not, and the BIO keeps the pointer.
  private static func withPEM(_ pem: String, _ read: (OpaquePointer?) -> OpaquePointer?) -> OpaquePointer? {
    let bytes = Array(pem.utf8)
    return bytes.withUnsafeBytes { bytes in
      guard let length = Int32(exactly: bytes.count), let bio = BIO_new_mem_buf(bytes.baseAddress, length) else {
        return nil
      }
      defer { BIO_free(bio) }
      return read(bio)
    }
  }

  /// PKCS #8, unencrypted (RFC 7468 section 10).
  var privatePEM: String {
    writePEM { PEM_write_bio_PKCS8PrivateKey($0, pointer, nil, nil, 0, nil, nil) }
  }

  /// SubjectPublicKeyInfo (RFC 7468 section 13).
  var publicPEM: String {
    writePEM { PEM_write_bio_PUBKEY($0, pointer) }
  }

  private func writePEM(_ write: (OpaquePointer?) -> Int32) -> String {
    let bio = BIO_new(BIO_s_mem())
    defer { BIO_free(bio) }
    var bytes: UnsafeMutablePointer<CChar>?
    guard write(bio) == 1 else { fatalError("OpenSSL cannot write a key") }
    let count = COpenSSL_BIO_get_mem_data(bio, &bytes)
    return String(decoding: UnsafeRawBufferPointer(start: bytes, count: count), as: UTF8.self)
  }

  /// - Parameter digest: nil for algorithms that hash by themselves (Ed25519).
  func sign(_ message: [UInt8], digest: OpaquePointer?, maximumLength: Int) -> [UInt8] {
    let context = EVP_MD_CTX_new()
    defer { EVP_MD_CTX_free(context) }
    return [UInt8](unsafeUninitializedCapacity: maximumLength) { buffer, count in
      count = maximumLength
      guard EVP_DigestSignInit(context, nil, digest, nil, pointer) == 1,
        EVP_DigestSign(context, buffer.baseAddress, &count, message, message.count) == 1
      else { fatalError("OpenSSL cannot sign") }
    }
  }

  /// - Parameter digest: nil for algorithms that hash by themselves (Ed25519).
  func isValid(_ signature: [UInt8], for message: [UInt8], digest: OpaquePointer?) -> Bool {
    let context = EVP_MD_CTX_new()
    defer { EVP_MD_CTX_free(context) }
    guard EVP_DigestVerifyInit(context, nil, digest, nil, pointer) == 1,
      EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
    else {
      clearErrors()
      return false
    }
    return true
  }
}
