import Contracts
import Crypto

/// Which mail a person does not want any more.
enum MailScope: Sendable, Equatable {
  /// About what they follow; for a task also as its author or supporter.
  case target(FollowTarget)
  /// A daily or weekly digest.
  case digest(Frequency)
  /// All mail of the Forum.
  case all

  /// As it stands in links and in the table.
  var text: String {
    switch self {
    case .target(let target): "\(target.kind.rawValue)/\(target.subject)"
    case .digest(let frequency): "digest/\(frequency.rawValue)"
    case .all: "all"
    }
  }

  /// Reads `text`; nil for anything else.
  init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    if parts == ["all"] {
      self = .all
    } else if parts.count == 2, parts[0] == "digest", let frequency = Frequency(rawValue: parts[1]),
      frequency == .daily || frequency == .weekly
    {
      self = .digest(frequency)
    } else if parts.count == 2, let target = FollowTarget(kind: parts[0], subject: parts[1]) {
      self = .target(target)
    } else {
      return nil
    }
  }
}

/// The links by which mail is stopped without a log-in (RFC 8058): they hold the person and the scope, encrypted and
/// signed. They need no row, never expire, and tell whoever sees one nothing.
struct UnsubscribeLinks: Sendable {
  private static let tagLength = 16

  private let publicURL: String
  private let signingKey: HMACKey
  private let encryptionKey: [UInt8]

  /// - Parameter key: 32 bytes that only this service has; with another one, old links are refused.
  init(key: [UInt8], publicURL: String) {
    self.publicURL = publicURL
    signingKey = HMACKey(hkdf(key: key, salt: [], info: Array("unsubscribe-sign/v1".utf8), length: 32))
    encryptionKey = hkdf(key: key, salt: [], info: Array("unsubscribe-encrypt/v1".utf8), length: 32)
  }

  func url(for citizen: CitizenID, _ scope: MailScope) -> String {
    "\(publicURL)/v1/unsubscriptions/\(token(for: citizen, scope))"
  }

  /// The tag authenticates the content and, being as good as random, also keys its encryption (the construction of
  /// RFC 5297), so that the same mail always has the same link.
  func token(for citizen: CitizenID, _ scope: MailScope) -> String {
    let content = citizen.bytes + Array(scope.text.utf8)
    let tag = Array(signingKey.authenticate(content).prefix(Self.tagLength))
    return Base64URL.encode(tag + masked(content, by: tag))
  }

  /// - Returns: nil for a token that this service has not made, or that was altered.
  func read(_ token: String) -> (citizen: CitizenID, scope: MailScope)? {
    guard token.utf8.count <= 200, let bytes = Base64URL.decode(token), bytes.count > Self.tagLength + 16 else {
      return nil
    }
    let tag = Array(bytes.prefix(Self.tagLength))
    let content = masked(Array(bytes.dropFirst(Self.tagLength)), by: tag)
    guard signingKey.isValid(tag, for: content, prefix: Self.tagLength),
      let citizen = CitizenID(bytes: content.prefix(16)),
      let scope = MailScope(String(decoding: content.dropFirst(16), as: UTF8.self))
    else { return nil }
    return (citizen, scope)
  }

  private func masked(_ bytes: [UInt8], by tag: [UInt8]) -> [UInt8] {
    zip(bytes, hkdf(key: encryptionKey, salt: tag, info: [], length: bytes.count)).map { $0 ^ $1 }
  }
}
