import Glibc

/// An IPv4 or IPv6 address.
public struct IPAddress: Sendable, Equatable, CustomStringConvertible {
  /// 4 or 16 bytes in network order.
  public let bytes: [UInt8]

  /// Reads the canonical forms only, `192.0.2.1` and `2001:db8::1`; `127.1` and `0x7f.1` are none.
  public init?(_ text: String) {
    var buffer = [UInt8](repeating: 0, count: 16)
    if inet_pton(AF_INET, text, &buffer) == 1 {
      bytes = Array(buffer.prefix(4))
    } else if inet_pton(AF_INET6, text, &buffer) == 1 {
      bytes = buffer
    } else {
      return nil
    }
  }

  init?(bytes: [UInt8]) {
    guard bytes.count == 4 || bytes.count == 16 else { return nil }
    self.bytes = bytes
  }

  /// The canonical text.
  public var description: String {
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    inet_ntop(bytes.count == 4 ? AF_INET : AF_INET6, bytes, &text, socklen_t(text.count))
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Whether the address belongs to somebody on the public Internet, by the registries of special-purpose addresses
  /// (RFC 6890). IPv6 addresses that carry an IPv4 address (mapped, NAT64, 6to4, Teredo) are not public: they would
  /// lead around the IPv4 rules.
  public var isPublic: Bool {
    let ranges = bytes.count == 4 ? AddressRange.specialV4 : AddressRange.specialV6
    // In IPv6, 2000::/3 is all that was ever given out.
    return (bytes.count == 4 || bytes[0] >> 5 == 1) && !ranges.contains { $0.contains(self) }
  }
}

/// Neighbouring addresses, written like `10.0.0.0/8`.
public struct AddressRange: Sendable, Equatable {
  private let bytes: [UInt8]
  private let prefixLength: Int

  /// Reads an address with a prefix length, or a single address.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = parts.first, let address = IPAddress(String(first)) else { return nil }
    let bits = address.bytes.count * 8
    guard let length = parts.count == 1 ? bits : Int(parts[1]), (0...bits).contains(length) else { return nil }
    bytes = address.bytes
    prefixLength = length
  }

  /// Whether `address` is one of these; an IPv6 address is never in an IPv4 range.
  public func contains(_ address: IPAddress) -> Bool {
    guard address.bytes.count == bytes.count else { return false }
    return (0..<(prefixLength + 7) / 8).allSatisfy { index in
      let mask = UInt8(truncatingIfNeeded: 0xff00 >> min(8, prefixLength - 8 * index))
      return (address.bytes[index] ^ bytes[index]) & mask == 0
    }
  }

  fileprivate static let specialV4 = [
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
    "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
    "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
  ].compactMap { AddressRange($0) }

  fileprivate static let specialV6 = [
    "2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20",
  ].compactMap { AddressRange($0) }
}

/// Which addresses a request may connect to. The address itself is checked when the socket is made and once more when
/// an open connection is reused, so that neither a second DNS answer nor an earlier request leads past the check.
public struct AddressPolicy: Sendable, Equatable {
  private enum Base { case all, publicOnly, none }

  private let base: Base
  private let exceptions: [AddressRange]

  /// No restriction.
  public static let any = AddressPolicy(base: .all, exceptions: [])

  /// Public addresses only: for URLs that users give.
  public static let publicOnly = AddressPolicy(base: .publicOnly, exceptions: [])

  /// Why a policy cannot be made.
  public struct InvalidRange: Error, Sendable, Equatable {
    /// The text that is no address range.
    public let text: String
  }

  /// Public addresses and those in `ranges`, such as `10.1.0.0/16`.
  public static func publicOnly(except ranges: [String]) throws(InvalidRange) -> AddressPolicy {
    AddressPolicy(base: .publicOnly, exceptions: try read(ranges))
  }

  /// Only addresses in `ranges`.
  public static func only(in ranges: [String]) throws(InvalidRange) -> AddressPolicy {
    AddressPolicy(base: .none, exceptions: try read(ranges))
  }

  private static func read(_ ranges: [String]) throws(InvalidRange) -> [AddressRange] {
    try ranges.map { text throws(InvalidRange) in
      guard let range = AddressRange(text) else { throw InvalidRange(text: text) }
      return range
    }
  }

  /// Whether a connection to `address` may be made.
  public func allows(_ address: IPAddress) -> Bool {
    switch base {
    case .all: true
    case .publicOnly: address.isPublic || exceptions.contains { $0.contains(address) }
    case .none: exceptions.contains { $0.contains(address) }
    }
  }

  /// Whether every address is allowed, and none needs a check.
  var isUnrestricted: Bool { base == .all }
}
