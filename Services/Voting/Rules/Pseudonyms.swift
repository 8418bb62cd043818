import Contracts
import Crypto

/// Makes a voter's pseudonym: the same for one person and proposal, unlinkable between proposals, and not to be computed
/// without the master key, which nobody but voting has.
struct Pseudonyms: Sendable {
  private let masterKey: [UInt8]

  /// - Parameter masterKey: 32 bytes.
  init(masterKey: [UInt8]) { self.masterKey = masterKey }

  /// The key of one proposal: HKDF-SHA256 (RFC 5869) of the master key.
  func key(of proposal: ProposalID) -> HMACKey {
    HMACKey(
      hkdf(
        key: masterKey, salt: Array("ballot-pseudonym-salt/v1".utf8),
        info: Array("ballot/pseudonym/v1".utf8) + proposal.bytes, length: 32))
  }

  /// The 32 bytes of a voter: HMAC-SHA256 of issuer, a zero byte, and subject.
  static func pseudonym(issuer: String, subject: String, key: HMACKey) -> [UInt8] {
    key.authenticate(Array(issuer.utf8) + [0] + Array(subject.utf8))
  }
}
