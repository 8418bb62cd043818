import COpenSSL

/// Signs with ECDSA on P-256 and SHA-256, "ES256" (RFC 7518 section 3.4).
public struct ES256PrivateKey: Sendable {
  private let key: Key
  /// The key that checks what this one signs.
  public let publicKey: ES256PublicKey

  /// A new random key.
  public static func generate() -> ES256PrivateKey {
    guard let key = try? ES256PrivateKey(Key.generated { COpenSSL_generate_p256() }) else {
      fatalError("OpenSSL made a P-256 key that is none")
    }
    return key
  }

  /// Reads an unencrypted key in PKCS #8 ("PRIVATE KEY") or SEC 1 ("EC PRIVATE KEY") form.
  public init(pem: String) throws(KeyError) {
    try self.init(Key.privateKey(pem: pem))
  }

  private init(_ key: Key) throws(KeyError) {
    self.key = key
    publicKey = try ES256PublicKey(key)
  }

  /// PKCS #8, unencrypted (RFC 7468 section 10).
  public var pem: String { key.privatePEM }

  /// Signs `message`: 64 bytes, r and s big-endian. Two signatures of one message differ.
  public func sign(_ message: [UInt8]) -> [UInt8] {
    let der = key.sign(message, digest: Digest.sha256.algorithm, maximumLength: 72)
    return der.withUnsafeBufferPointer { der in
      var start = der.baseAddress
      guard let pair = d2i_ECDSA_SIG(nil, &start, der.count) else { fatalError("OpenSSL's signature is no signature") }
      defer { ECDSA_SIG_free(pair) }
      return bytes32(ECDSA_SIG_get0_r(pair)) + bytes32(ECDSA_SIG_get0_s(pair))
    }
  }
}

/// Checks ES256 signatures (RFC 7518 section 3.4).
public struct ES256PublicKey: Sendable, Equatable {
  private let key: Key
  /// The point's coordinates, 32 bytes each, big-endian (RFC 7518 section 6.2.1).
  public let x: [UInt8]
  /// See `x`.
  public let y: [UInt8]

  /// A key from a point. Points that are not on the curve are refused.
  public init(x: [UInt8], y: [UInt8]) throws(KeyError) {
    guard x.count == 32, y.count == 32 else { throw .invalid }
    // RFC 5480: SubjectPublicKeyInfo of id-ecPublicKey on prime256v1, up to the BIT STRING's uncompressed point.
    let prefix: [UInt8] = [
      0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
      0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
    ]
    let der = prefix + x + y
    try self.init(
      Key(
        der.withUnsafeBufferPointer { der in
          var start = der.baseAddress
          return d2i_PUBKEY(nil, &start, der.count)
        }))
  }

  /// Reads a SubjectPublicKeyInfo ("PUBLIC KEY").
  public init(pem: String) throws(KeyError) {
    try self.init(Key.publicKey(pem: pem))
  }

  init(_ key: Key) throws(KeyError) {
    var name = [CChar](repeating: 0, count: 32)
    guard EVP_PKEY_get_group_name(key.pointer, &name, name.count, nil) == 1, OBJ_sn2nid(name) == NID_X9_62_prime256v1,
      Self.isPointSound(key), let x = Self.coordinate("qx", of: key), let y = Self.coordinate("qy", of: key)
    else {
      clearErrors()
      throw .invalid
    }
    self.key = key
    self.x = x
    self.y = y
  }

  private static func isPointSound(_ key: Key) -> Bool {
    let context = EVP_PKEY_CTX_new_from_pkey(nil, key.pointer, nil)
    defer { EVP_PKEY_CTX_free(context) }
    return EVP_PKEY_public_check(context) == 1
  }

  private static func coordinate(_ name: String, of key: Key) -> [UInt8]? {
    var number: OpaquePointer?
    defer { BN_free(number) }
    return EVP_PKEY_get_bn_param(key.pointer, name, &number) == 1 ? bytes32(number) : nil
  }

  /// SubjectPublicKeyInfo (RFC 7468 section 13).
  public var pem: String { key.publicPEM }

  /// Whether `signature`, 64 bytes r and s, was made for `message`. DER signatures are refused by their length.
  public func isValid(_ signature: [UInt8], for message: [UInt8]) -> Bool {
    guard signature.count == 64, let der = Self.der(signature) else { return false }
    return key.isValid(der, for: message, digest: Digest.sha256.algorithm)
  }

  private static func der(_ signature: [UInt8]) -> [UInt8]? {
    signature.withUnsafeBufferPointer { signature in
      guard let start = signature.baseAddress, let pair = ECDSA_SIG_new() else { return nil }
      defer { ECDSA_SIG_free(pair) }
      guard let r = BN_bin2bn(start, 32, nil), let s = BN_bin2bn(start + 32, 32, nil),
        ECDSA_SIG_set0(pair, r, s) == 1  // the pair owns both from here
      else { return nil }
      return [UInt8](unsafeUninitializedCapacity: 72) { buffer, count in
        var end = buffer.baseAddress
        count = Int(i2d_ECDSA_SIG(pair, &end))
      }
    }
  }

  /// Whether both stand for the same point.
  public static func == (a: ES256PublicKey, b: ES256PublicKey) -> Bool {
    a.x == b.x && a.y == b.y
  }
}

private func bytes32(_ number: OpaquePointer?) -> [UInt8] {
  [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
    guard BN_bn2binpad(number, buffer.baseAddress, 32) == 32 else { fatalError("a P-256 number of over 32 bytes") }
    count = 32
  }
}
