import Glibc

/// Who sends, as far as an address tells: an IPv4 address, or what a household or company has of IPv6.
struct ClientAddress: Sendable, Equatable {
  /// 16 bytes as a number; IPv4 in the way of RFC 4291, section 2.5.5.2.
  let value: UInt128

  /// Nil for a text that is no address. Allocates nothing: it is read for each ballot.
  init?(_ text: String) {
    var four = in_addr()
    var six = in6_addr()
    if inet_pton(AF_INET, text, &four) == 1 {
      value = 0xffff_0000_0000 | UInt128(UInt32(bigEndian: four.s_addr))
    } else if inet_pton(AF_INET6, text, &six) == 1 {
      value = withUnsafeBytes(of: six) { UInt128(bigEndian: $0.loadUnaligned(as: UInt128.self)) }
    } else {
      return nil
    }
  }

  var isIPv4: Bool { value >> 32 == 0xffff }

  /// The whole IPv4 address, or the /64 of an IPv6 address: what one line has.
  var line: UInt128 { isIPv4 ? value : (value >> 64) << 64 }

  /// The /48 of an IPv6 address; nil for IPv4, whose neighbours are strangers.
  var site: UInt128? { isIPv4 ? nil : (value >> 80) << 80 }
}

/// Neighbouring addresses, written like `10.0.0.0/8`.
struct AddressBlock: Sendable, Equatable {
  private let value: UInt128
  private let shift: Int

  init?(_ text: String) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard let first = parts.first, let address = ClientAddress(first) else { return nil }
    let bits = address.isIPv4 ? 32 : 128
    guard let length = parts.count == 1 ? bits : Int(parts[1]), (0...bits).contains(length) else { return nil }
    shift = bits - length
    value = address.value >> shift
  }

  func contains(_ address: ClientAddress) -> Bool { address.value >> shift == value }
}

/// Whose word is taken for where a request comes from.
struct TrustedProxies: Sendable, Equatable {
  private let blocks: [AddressBlock]

  /// Nil when one of them, separated by commas, is none.
  init?(_ text: String) {
    var blocks: [AddressBlock] = []
    for part in text.split(separator: ",") {
      guard let block = AddressBlock(String(part.trimmingPrefix { $0 == " " })) else { return nil }
      blocks.append(block)
    }
    self.blocks = blocks
  }

  /// Who sent a request.
  ///
  /// Only the proxy's own word counts, the last in the list: what stands before it came from the client.
  /// - Parameters:
  ///   - peer: of the connection.
  ///   - forwarded: the field `X-Forwarded-For`.
  func client(peer: String, forwarded: String?) -> ClientAddress? {
    let sender = ClientAddress(peer)
    guard let sender, let forwarded, blocks.contains(where: { $0.contains(sender) }) else { return sender }
    if let client = ClientAddress(forwarded) { return client }
    let last = forwarded.split(separator: ",").last.map { String($0.trimmingPrefix { $0 == " " }) }
    return last.flatMap(ClientAddress.init) ?? sender
  }
}
