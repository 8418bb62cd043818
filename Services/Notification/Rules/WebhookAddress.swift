import HTTPClient

/// Where webhooks may lead: over TLS to public addresses; to the networks that the operator named, also without TLS.
///
/// What a name resolves to is checked where it counts, when the socket is made; the checks here tell people early.
struct WebhookAddresses: Sendable {
  private let overTLS: AddressPolicy
  /// Nil: TLS is needed everywhere.
  private let plain: AddressPolicy?

  /// - Parameter networks: such as `10.1.0.0/16`.
  init(networks: [String]) throws(AddressPolicy.InvalidRange) {
    overTLS = try .publicOnly(except: networks)
    plain = networks.isEmpty ? nil : try .only(in: networks)
  }

  /// Where a request to `url` may connect to; nil: nowhere.
  func policy(for url: String) -> AddressPolicy? {
    if url.hasPrefix("https://") { return overTLS }
    return url.hasPrefix("http://") ? plain : nil
  }

  /// What is wrong with `url`; nil if nothing is.
  func fault(of url: String) -> String? {
    guard url.utf8.count <= 2_048 else { return "must have at most 2048 characters" }
    guard let policy = policy(for: url) else {
      return plain == nil ? "must begin with https://" : "must begin with https:// or http://"
    }
    guard url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && !"\\\"<>^`{|}#".utf8.contains($0) }) else {
      return "must be percent-encoded ASCII without a fragment"
    }
    guard
      let authority = url.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false).last?
        .prefix(while: { $0 != "/" && $0 != "?" }), !authority.isEmpty
    else { return "has no host" }
    if authority.contains("@") { return "must not hold a user name" }
    guard let (host, port) = Self.split(authority) else { return "has a malformed host or port" }
    guard port == 80 || port == 443 || port >= 1_024 else { return "has a port that is not allowed" }
    if let address = IPAddress(host) {
      return policy.allows(address) ? nil : "leads to an address that is not allowed"
    }
    return Self.isName(host) ? nil : "has a malformed host"
  }

  private static func split(_ authority: Substring) -> (host: String, port: Int)? {
    var host = authority
    var port = 443
    if authority.hasPrefix("[") {
      guard let end = authority.firstIndex(of: "]") else { return nil }
      host = authority[..<authority.index(after: end)]
    } else if let colon = authority.firstIndex(of: ":") {
      host = authority[..<colon]
    }
    let rest = authority[host.endIndex...]
    if !rest.isEmpty {
      guard rest.hasPrefix(":"), (2...6).contains(rest.utf8.count),
        rest.dropFirst().utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(rest.dropFirst()),
        (1...65_535).contains(number)
      else { return nil }
      port = number
    }
    guard host.hasPrefix("[") else { return (String(host), port) }
    let literal = String(host.dropFirst().dropLast())
    return literal.contains(":") && IPAddress(literal) != nil ? (literal, port) : nil
  }

  /// A name of RFC 1123. One whose last label is a number is an address in disguise (`127.1`, `0x7f.1`).
  private static func isName(_ host: String) -> Bool {
    let labels = host.lowercased().split(separator: ".", omittingEmptySubsequences: false)
    guard host.utf8.count <= 253, let last = labels.last else { return false }
    let isNumber = last.utf8.allSatisfy { (0x30...0x39).contains($0) } || last.hasPrefix("0x")
    return !isNumber
      && labels.allSatisfy { label in
        (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
          && label.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x7a).contains($0) || $0 == 0x2d }
      }
  }
}
