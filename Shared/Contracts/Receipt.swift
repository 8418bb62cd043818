public import Crypto

/// What a voter gets for a ballot: where it stands in the log, sealed so that it cannot be made up.
///
/// Text form: base64url of partition (2 bytes), offset (8 bytes), and the first 16 bytes of HMAC-SHA256 over these ten
/// and the ballot record. It says received, not counted.
public struct Receipt: Sendable, Equatable, LosslessStringConvertible {
  public let partition: Int32
  public let offset: Int64
  public let seal: [UInt8]

  public init(partition: Int32, offset: Int64, record: [UInt8], key: HMACKey) {
    self.partition = partition
    self.offset = offset
    seal = Array(key.authenticate(Self.place(partition, offset) + record).prefix(16))
  }

  public init?(_ text: String) {
    guard let bytes = Base64URL.decode(text), bytes.count == 26 else { return nil }
    partition = Int32(bytes[0]) << 8 | Int32(bytes[1])
    let value = bytes[2..<10].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard let offset = Int64(exactly: value) else { return nil }
    self.offset = offset
    seal = Array(bytes[10...])
  }

  public var description: String { Base64URL.encode(Self.place(partition, offset) + seal) }

  private static func place(_ partition: Int32, _ offset: Int64) -> [UInt8] {
    var bytes = [UInt8(truncatingIfNeeded: partition >> 8), UInt8(truncatingIfNeeded: partition)]
    for shift in stride(from: 56, through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: offset >> Int64(shift)))
    }
    return bytes
  }
}
