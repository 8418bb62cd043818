public import Crypto

/// What a voter gets for a ballot: where it stands in the log, sealed so that it cannot be made up.
///
/// Text form: base64url of partition (2 bytes), offset (8 bytes), and the first 16 bytes of HMAC-SHA256 over these ten
/// and the ballot record. It says received, not counted.
public struct Receipt: Sendable, Equatable, LosslessStringConvertible {
  /// The partition of `forum.ballots` that holds the ballot.
  public let partition: Int32
  /// The ballot's offset in its partition.
  public let offset: Int64
  /// 16 bytes: what nobody can make without the key.
  public let seal: [UInt8]

  /// Seals the place that Kafka gave to a ballot.
  /// - Parameters:
  ///   - record: the 91 bytes as they were written.
  ///   - key: the one that authenticates ballot records.
  public init(partition: Int32, offset: Int64, record: [UInt8], key: HMACKey) {
    self.partition = partition
    self.offset = offset
    let place = Self.place(partition, offset)
    seal = [UInt8](unsafeUninitializedCapacity: 16) { seal, count in
      withUnsafeTemporaryAllocation(byteCount: place.count + record.count, alignment: 1) { message in
        withUnsafeTemporaryAllocation(byteCount: HMACKey.byteCount, alignment: 8) { code in
          message.copyBytes(from: place)
          UnsafeMutableRawBufferPointer(rebasing: message[place.count...]).copyBytes(from: record)
          if let start = code.baseAddress { key.authenticate(UnsafeRawBufferPointer(message), into: start) }
          UnsafeMutableRawBufferPointer(seal).copyBytes(from: code[..<16])
          count = 16
        }
      }
    }
  }

  /// Reads the text form; nil when it is not one. The seal is not checked: that takes the ballot record and the key.
  public init?(_ text: String) {
    guard let bytes = Base64URL.decode(text), bytes.count == 26 else { return nil }
    partition = Int32(bytes[0]) << 8 | Int32(bytes[1])
    let value = bytes[2..<10].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard let offset = Int64(exactly: value) else { return nil }
    self.offset = offset
    seal = Array(bytes[10...])
  }

  /// The text form, 35 characters.
  public var description: String { Base64URL.encode(Self.place(partition, offset) + seal) }

  private static func place(_ partition: Int32, _ offset: Int64) -> [UInt8] {
    var bytes = [UInt8(truncatingIfNeeded: partition >> 8), UInt8(truncatingIfNeeded: partition)]
    for shift in stride(from: 56, through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: offset >> Int64(shift)))
    }
    return bytes
  }
}
