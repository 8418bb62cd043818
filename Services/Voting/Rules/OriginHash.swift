import Crypto

/// Where a ballot came from, as a keyed hash that tells nobody the address, but which ballots came from one network.
///
/// | bytes | keyed hash of | IPv4 | IPv6 |
/// |---|---|---|---|
/// | 0 to 3 | the site | /16 | /48 |
/// | 4 to 7 | the block in it | /24 | /56 |
/// | 8 to 15 | the line in it | the address | /64 |
///
/// Each part is made of the whole network up to there, so that a beginning of 4, 8 or 16 bytes stands for one site, block
/// or line.
struct OriginHash: Sendable, Hashable {
  static let byteCount = 16
  /// Of a sender whose address is not known. Belongs to no network.
  static let unknown = OriginHash(value: 0)

  /// The 16 bytes, the first one highest.
  let value: UInt128

  var site: UInt32 { UInt32(truncatingIfNeeded: value >> 96) }
  /// With its site.
  var block: UInt64 { UInt64(truncatingIfNeeded: value >> 64) }
}

/// Makes origin hashes: the same of one address for all votes, so that who attacks two of them is seen in both.
struct OriginHasher: Sendable {
  private let key: HMACKey

  /// - Parameter masterKey: that of the pseudonyms, 32 bytes. The key derived here has nothing in common with theirs.
  init(masterKey: [UInt8]) {
    key = HMACKey(
      hkdf(
        key: masterKey, salt: Array("ballot-origin-salt/v1".utf8), info: Array("ballot/origin/v1".utf8), length: 32))
  }

  /// - Parameter address: nil gives `unknown`.
  func hash(_ address: ClientAddress?) -> OriginHash {
    guard let address else { return .unknown }
    let (site, block, line) = address.isIPv4 ? (16, 8, 0) : (80, 72, 64)
    let head = (part(1, address.value, without: site) >> 32) << 32 | part(2, address.value, without: block) >> 32
    return OriginHash(value: UInt128(head) << 64 | UInt128(part(3, address.value, without: line)))
  }

  /// The first 8 bytes of the keyed hash of a network. Allocates nothing: it is made for each ballot.
  /// - Parameter bits: how many low ones of the address are not of the network.
  private func part(_ level: UInt64, _ address: UInt128, without bits: Int) -> UInt64 {
    let message = (((address >> bits) << bits).bigEndian, level.bigEndian)
    var code = (UInt64(0), UInt64(0), UInt64(0), UInt64(0))
    withUnsafeBytes(of: message) { message in
      withUnsafeMutableBytes(of: &code) { code in
        if let start = code.baseAddress { key.authenticate(message, into: start) }
      }
    }
    return UInt64(bigEndian: code.0)
  }
}
