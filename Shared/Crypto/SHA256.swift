import COpenSSL

/// The digest is fetched once: an implicit fetch for every hash costs more than the hash of a short message.
struct Digest: @unchecked Sendable {
  /// Immutable after the fetch; its reference count is atomic.
  let algorithm: OpaquePointer

  static let sha256 = Digest("SHA256")

  private init(_ name: String) {
    guard let algorithm = EVP_MD_fetch(nil, name, nil) else { fatalError("OpenSSL has no \(name)") }
    self.algorithm = algorithm
  }
}

/// A failed call leaves its reasons in the thread's queue, where TLS code on the same thread would take them for its own.
func clearErrors() {
  ERR_clear_error()
}

/// A hash fed piece by piece. Not for sharing between threads.
public struct SHA256: ~Copyable {
  /// Bytes in a hash.
  public static let byteCount = 32

  private let context: OpaquePointer

  /// Starts an empty hash.
  public init() {
    guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, Digest.sha256.algorithm, nil) == 1 else {
      fatalError("SHA-256 cannot start: out of memory")
    }
    self.context = context
  }

  deinit {
    EVP_MD_CTX_free(context)
  }

  /// Appends `bytes` to what is hashed.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
  }

  /// Appends `bytes` to what is hashed.
  public mutating func update(_ bytes: some Sequence<UInt8>) {
    withContiguousBytes(bytes) { update($0) }
  }

  /// Ends the hash.
  public consuming func finalize() -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: Self.byteCount) { buffer, count in
      EVP_DigestFinal_ex(context, buffer.baseAddress, nil)
      count = Self.byteCount
    }
  }
}

/// Writes the SHA-256 (FIPS 180-4) of `bytes`; allocates nothing that stays.
/// - Parameter hash: room for 32 bytes.
public func sha256(_ bytes: UnsafeRawBufferPointer, into hash: UnsafeMutableRawPointer) {
  let context = HashContext.ofThisThread
  guard EVP_DigestInit_ex(context, Digest.sha256.algorithm, nil) == 1,
    EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1,
    EVP_DigestFinal_ex(context, hash.assumingMemoryBound(to: UInt8.self), nil) == 1
  else { fatalError("SHA-256 failed: out of memory") }
}

/// SHA-256 (FIPS 180-4).
public func sha256(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
  [UInt8](unsafeUninitializedCapacity: SHA256.byteCount) { buffer, count in
    // The capacity is not zero, so there is an address.
    if let start = buffer.baseAddress { sha256(bytes, into: start) }
    count = SHA256.byteCount
  }
}

/// SHA-256 (FIPS 180-4).
public func sha256(_ bytes: [UInt8]) -> [UInt8] {
  bytes.withUnsafeBytes { sha256($0) }
}

/// SHA-256 (FIPS 180-4).
public func sha256(_ bytes: some Sequence<UInt8>) -> [UInt8] {
  withContiguousBytes(bytes) { sha256($0) }
}

/// `body` on the bytes where they lie, or on a copy when they do not lie in one piece.
func withContiguousBytes<Result>(_ bytes: some Sequence<UInt8>, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
  if let result = bytes.withContiguousStorageIfAvailable({ body(UnsafeRawBufferPointer($0)) }) { return result }
  return Array(bytes).withUnsafeBytes(body)
}
