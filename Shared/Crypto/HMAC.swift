import COpenSSL

/// A key for HMAC-SHA256 (RFC 2104), ready for use from any number of threads.
///
/// The two padded key blocks are hashed once, here; a message then starts from copies of those states, in a context that
/// its thread keeps. Nothing is shared between threads but what nobody changes.
public struct HMACKey: Sendable {
  /// Bytes in a full MAC.
  public static let byteCount = 32

  private let states: States

  /// Takes a key of any length; keys under 32 random bytes weaken the MAC.
  public init(_ key: [UInt8]) {
    states = States(key)
  }

  /// Writes the MAC of `message`; allocates nothing that stays, for loops over many messages.
  /// - Parameter mac: room for 32 bytes, which may overlap `message`.
  @inline(__always)
  public func authenticate(_ message: UnsafeRawBufferPointer, into mac: UnsafeMutableRawPointer) {
    states.authenticate(message, into: mac)
  }

  /// The MAC of `message`, 32 bytes.
  public func authenticate(_ message: UnsafeRawBufferPointer) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: Self.byteCount) { buffer, count in
      // The capacity is not zero, so there is an address.
      if let start = buffer.baseAddress { states.authenticate(message, into: start) }
      count = Self.byteCount
    }
  }

  /// The MAC of `message`, 32 bytes.
  public func authenticate(_ message: [UInt8]) -> [UInt8] {
    message.withUnsafeBytes { authenticate($0) }
  }

  /// The MAC of `message`, 32 bytes.
  public func authenticate(_ message: some Sequence<UInt8>) -> [UInt8] {
    withContiguousBytes(message) { authenticate($0) }
  }

  /// Compares the whole of `mac` with the beginning of the message's MAC, in constant time and without allocating.
  /// - Parameter mac: 16 to 32 bytes, as many as the protocol uses (RFC 2104 section 5 asks for half at least); false
  ///   for any other length.
  public func isValid(_ mac: UnsafeRawBufferPointer, for message: UnsafeRawBufferPointer) -> Bool {
    guard (Self.byteCount / 2...Self.byteCount).contains(mac.count) else { return false }
    var expected = (UInt64(0), UInt64(0), UInt64(0), UInt64(0))
    return withUnsafeMutableBytes(of: &expected) { expected in
      guard let start = expected.baseAddress else { return false }
      states.authenticate(message, into: start)
      return CRYPTO_memcmp(mac.baseAddress, start, mac.count) == 0
    }
  }

  /// Compares in constant time.
  /// - Parameter length: how many leading bytes of the MAC are in use; RFC 2104 section 5 asks for half of it at least.
  public func isValid(_ mac: [UInt8], for message: UnsafeRawBufferPointer, prefix length: Int = byteCount) -> Bool {
    precondition((Self.byteCount / 2...Self.byteCount).contains(length), "a MAC is cut to 16 bytes at most")
    return mac.count == length && mac.withUnsafeBytes { isValid($0, for: message) }
  }

  /// Compares in constant time.
  /// - Parameter length: how many leading bytes of the MAC are in use; RFC 2104 section 5 asks for half of it at least.
  public func isValid(_ mac: [UInt8], for message: [UInt8], prefix length: Int = byteCount) -> Bool {
    message.withUnsafeBytes { isValid(mac, for: $0, prefix: length) }
  }

  /// Two hash states that are only ever copied from after `init`, hence `@unchecked Sendable`.
  private final class States: @unchecked Sendable {
    private let inner: OpaquePointer
    private let outer: OpaquePointer

    init(_ key: [UInt8]) {
      let blockSize = 64
      var block = key.count > blockSize ? sha256(key) : key
      block += [UInt8](repeating: 0, count: blockSize - block.count)
      inner = Self.start(block.map { $0 ^ 0x36 })
      outer = Self.start(block.map { $0 ^ 0x5c })
    }

    deinit {
      EVP_MD_CTX_free(inner)
      EVP_MD_CTX_free(outer)
    }

    private static func start(_ block: [UInt8]) -> OpaquePointer {
      guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, Digest.sha256.algorithm, nil) == 1,
        EVP_DigestUpdate(context, block, block.count) == 1
      else { fatalError("HMAC cannot start: out of memory") }
      return context
    }

    func authenticate(_ message: UnsafeRawBufferPointer, into mac: UnsafeMutableRawPointer) {
      let work = HashContext.ofThisThread
      let bytes = mac.assumingMemoryBound(to: UInt8.self)
      let done =
        EVP_MD_CTX_copy_ex(work, inner) == 1
        && EVP_DigestUpdate(work, message.baseAddress, message.count) == 1
        && EVP_DigestFinal_ex(work, bytes, nil) == 1
        && EVP_MD_CTX_copy_ex(work, outer) == 1
        && EVP_DigestUpdate(work, mac, HMACKey.byteCount) == 1
        && EVP_DigestFinal_ex(work, bytes, nil) == 1
      // Going on would hand out a MAC of uninitialized memory.
      guard done else { fatalError("HMAC failed: out of memory") }
    }
  }
}

/// HKDF-SHA256 (RFC 5869): extract with `salt`, expand with `info`.
/// - Parameter length: at most 8,160 bytes, 255 blocks.
public func hkdf(key: [UInt8], salt: [UInt8], info: [UInt8], length: Int) -> [UInt8] {
  precondition((0...255 * HMACKey.byteCount).contains(length), "HKDF gives 8,160 bytes at most")
  let extracted = HMACKey(HMACKey(salt).authenticate(key))
  var output: [UInt8] = []
  var block: [UInt8] = []
  var counter: UInt8 = 0
  while output.count < length {
    counter += 1
    block = extracted.authenticate(block + info + [counter])
    output += block
  }
  return Array(output.prefix(length))
}

/// Compares without telling by its duration where the first difference lies. The lengths are no secret.
public func constantTimeEqual(_ a: [UInt8], _ b: [UInt8]) -> Bool {
  guard a.count == b.count else { return false }
  return a.withUnsafeBytes { a in
    b.withUnsafeBytes { b in a.isEmpty || CRYPTO_memcmp(a.baseAddress, b.baseAddress, a.count) == 0 }
  }
}
