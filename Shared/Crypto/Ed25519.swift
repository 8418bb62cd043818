import COpenSSL

/// Signs with Ed25519 (RFC 8032).
public struct Ed25519PrivateKey: Sendable {
  private let key: Key

  /// A new random key.
  public static func generate() -> Ed25519PrivateKey {
    Ed25519PrivateKey(Key.generated { COpenSSL_generate_ed25519() })
  }

  /// A key from its seed, 32 bytes (RFC 8032 section 5.1.5).
  public init(seed: [UInt8]) throws(KeyError) {
    guard seed.count == 32 else { throw .invalid }
    key = try Key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, seed, seed.count))
  }

  /// Reads an unencrypted PKCS #8 key ("PRIVATE KEY", RFC 8410).
  public init(pem: String) throws(KeyError) {
    let key = try Key.privateKey(pem: pem)
    guard EVP_PKEY_get_id(key.pointer) == EVP_PKEY_ED25519 else { throw .invalid }
    self.key = key
  }

  private init(_ key: Key) {
    self.key = key
  }

  /// The seed, 32 bytes.
  public var seed: [UInt8] {
    rawBytes { EVP_PKEY_get_raw_private_key(key.pointer, $0, &$1) }
  }

  /// PKCS #8, unencrypted (RFC 8410).
  public var pem: String { key.privatePEM }

  /// The key that checks what this one signs.
  public var publicKey: Ed25519PublicKey {
    Ed25519PublicKey(key)
  }

  /// Signs `message`: 64 bytes, always the same for the same message.
  public func sign(_ message: [UInt8]) -> [UInt8] {
    key.sign(message, digest: nil, maximumLength: 64)
  }
}

/// Checks Ed25519 signatures (RFC 8032).
public struct Ed25519PublicKey: Sendable, Equatable {
  private let key: Key
  /// The encoded point, 32 bytes.
  public let bytes: [UInt8]

  /// A key from its encoded point, 32 bytes.
  public init(bytes: [UInt8]) throws(KeyError) {
    guard bytes.count == 32 else { throw .invalid }
    self.init(try Key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, bytes, bytes.count)))
  }

  /// Reads a SubjectPublicKeyInfo ("PUBLIC KEY", RFC 8410).
  public init(pem: String) throws(KeyError) {
    let key = try Key.publicKey(pem: pem)
    guard EVP_PKEY_get_id(key.pointer) == EVP_PKEY_ED25519 else { throw .invalid }
    self.init(key)
  }

  init(_ key: Key) {
    self.key = key
    bytes = rawBytes { EVP_PKEY_get_raw_public_key(key.pointer, $0, &$1) }
  }

  /// SubjectPublicKeyInfo (RFC 8410).
  public var pem: String { key.publicPEM }

  /// Whether `signature`, 64 bytes, was made for `message`.
  public func isValid(_ signature: [UInt8], for message: [UInt8]) -> Bool {
    signature.count == 64 && key.isValid(signature, for: message, digest: nil)
  }

  /// Whether both are the same encoded point.
  public static func == (a: Ed25519PublicKey, b: Ed25519PublicKey) -> Bool {
    a.bytes == b.bytes
  }
}

private func rawBytes(_ read: (UnsafeMutablePointer<UInt8>?, inout Int) -> Int32) -> [UInt8] {
  [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
    count = 32
    guard read(buffer.baseAddress, &count) == 1 else { fatalError("OpenSSL cannot give an Ed25519 key's bytes") }
  }
}
