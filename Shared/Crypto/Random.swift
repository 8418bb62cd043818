import COpenSSL
import Synchronization

/// `count` bytes of OpenSSL's generator, fit for keys and session tokens.
public func randomBytes(_ count: Int) -> [UInt8] {
  [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
    fillWithRandom(UnsafeMutableRawBufferPointer(buffer))
    filled = count
  }
}

private func fillWithRandom(_ buffer: UnsafeMutableRawBufferPointer) {
  // No caller could go on without randomness, and none must go on with less of it.
  guard RAND_bytes(buffer.bindMemory(to: UInt8.self).baseAddress, Int32(buffer.count)) == 1 else {
    fatalError("no random bytes from OpenSSL")
  }
}

/// Hands out nonces, 16 random bytes each, fit to be made public, no two alike.
///
/// The generator is asked for many at once: a call of it costs as much as for a few hundred bytes. Bytes that are handed
/// out are forgotten; keys do not come from here, since those that wait to be handed out lie in memory.
public final class NonceSource: Sendable {
  private static let capacity = 4_096

  private struct Stock {
    var bytes: [UInt8] = []
    var next = 0
  }

  private let stock = Mutex(Stock())

  /// An empty stock.
  public init() {}

  /// The next 16 bytes.
  public func next() -> [UInt8] {
    stock.withLock { stock in
      if stock.next == stock.bytes.count {
        stock.bytes = randomBytes(Self.capacity)
        stock.next = 0
      }
      let range = stock.next..<stock.next + 16
      stock.next = range.upperBound
      defer { for index in range { stock.bytes[index] = 0 } }
      return Array(stock.bytes[range])
    }
  }
}
