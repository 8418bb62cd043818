import FoundationEssentials

/// Why a token is refused. The raw value is fit for a log; what a client may be told is for the caller to decide.
public enum TokenError: String, Error, Sendable, Equatable {
  case malformed = "not a compact JWS"
  case tooLong = "longer than 8 KiB"
  case algorithm = "alg is not ES256"
  case type = "typ is not the expected one"
  case critical = "crit is not supported"
  case unknownKey = "kid is unknown"
  case signature = "the signature is wrong"
  case claims = "a claim is missing or has the wrong type"
  case issuer = "iss is not the expected one"
  case audience = "aud does not name this service"
  case expired = "exp has passed"
  case notYetValid = "nbf or iat lies in the future"
  case lifetime = "exp is too far from iat"
}

/// Compact JSON Web Signatures with ES256 and nothing else (RFC 7515), used as RFC 8725 advises.
public enum JSONWebToken {
  /// Longer tokens are refused before any work is done on them.
  public static let maximumLength = 8192

  /// Signs `claims`.
  /// - Parameter type: the `typ` header, such as `at+jwt`.
  public static func sign(
    claims: some Encodable, keyID: String, type: String = "at+jwt", with key: ES256PrivateKey
  ) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let header = try encoder.encode(["alg": "ES256", "kid": keyID, "typ": type])
    let signed = Base64URL.encode(header) + "." + Base64URL.encode(try encoder.encode(claims))
    return signed + "." + Base64URL.encode(key.sign(Array(signed.utf8)))
  }

  /// The payload of `token` after its form, algorithm, type, key id and signature were checked; the claims in it are
  /// not. `jku`, `x5u` and `jwk` are ignored: keys come from `keys` alone.
  /// - Parameter type: the expected `typ`, compared as RFC 7515 section 4.1.9 says.
  public static func payload(
    of token: String, keys: JSONWebKeySet, type: String = "at+jwt"
  ) throws(TokenError) -> [UInt8] {
    guard token.utf8.count <= maximumLength else { throw .tooLong }
    let parts = token.utf8.split(separator: UInt8(ascii: "."), maxSplits: 3, omittingEmptySubsequences: false)
    guard parts.count == 3, let headerBytes = Base64URL.decode(Substring(parts[0])),
      let payload = Base64URL.decode(Substring(parts[1])), let signature = Base64URL.decode(Substring(parts[2])),
      let header = try? JSONDecoder().decode(Header.self, from: Data(headerBytes))
    else { throw .malformed }

    guard isSame(header.alg, "ES256") else { throw .algorithm }
    guard let given = header.typ, mediaType(given) == mediaType(type) else { throw .type }
    guard !header.hasCritical else { throw .critical }
    guard let id = header.kid, let key = keys.key(id: id) else { throw .unknownKey }
    let signed = token.utf8.prefix(parts[0].count + 1 + parts[1].count)
    guard key.isValid(signature, for: Array(signed)) else { throw .signature }
    return payload
  }

  /// ASCII lower case without the `application/` that may be left out.
  private static func mediaType(_ text: String) -> [UInt8] {
    let lower = text.utf8.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
    let prefix = "application/".utf8
    return lower.starts(with: prefix) ? Array(lower.dropFirst(prefix.count)) : lower
  }

  private struct Header: Decodable {
    var alg: String
    var typ: String?
    var kid: String?
    var hasCritical: Bool

    enum CodingKeys: String, CodingKey {
      case alg, typ, kid, crit, b64
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      alg = try container.decode(String.self, forKey: .alg)
      typ = try container.decodeIfPresent(String.self, forKey: .typ)
      kid = try container.decodeIfPresent(String.self, forKey: .kid)
      // `b64` changes what is signed and may stand only together with `crit` (RFC 7797 section 6).
      hasCritical = container.contains(.crit) || container.contains(.b64)
    }
  }
}

/// Compares bytes: String equality would take canonically equivalent spellings for the same.
func isSame(_ a: String, _ b: String) -> Bool {
  a.utf8.elementsEqual(b.utf8)
}
