import FoundationEssentials

/// The claims of an access token (RFC 9068 section 2.2). Times are in seconds since 1970.
public struct AccessTokenClaims: Sendable, Codable, Equatable {
  /// Who made the token.
  public var iss: String
  /// The person or service it speaks for; pairwise, never a resident number.
  public var sub: String
  /// The services it is for; one string or an array in JSON.
  public var aud: [String]
  /// From when on it is no longer valid.
  public var exp: Int
  /// From when on it is valid.
  public var nbf: Int?
  /// When it was made.
  public var iat: Int
  /// Its identifier.
  public var jti: String?
  /// What its bearer may do.
  public var roles: [String]
  /// The ministry's slug, for ministry officers.
  public var office: String?
  /// Since when the provider has known the person (`account_created`); nil: it does not say.
  public var accountCreated: Int?

  private enum CodingKeys: String, CodingKey {
    case iss, sub, aud, exp, nbf, iat, jti, roles, office
    case accountCreated = "account_created"
  }

  /// Claims as given.
  public init(
    iss: String, sub: String, aud: [String], exp: Int, nbf: Int? = nil, iat: Int, jti: String? = nil,
    roles: [String] = [], office: String? = nil, accountCreated: Int? = nil
  ) {
    self.iss = iss
    self.sub = sub
    self.aud = aud
    self.exp = exp
    self.nbf = nbf
    self.iat = iat
    self.jti = jti
    self.roles = roles
    self.office = office
    self.accountCreated = accountCreated
  }

  /// Reads claims; `aud` may be a string or an array, missing `roles` are none. An `account_created` that is no number
  /// counts as missing: nobody is kept out for it.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    iss = try container.decode(String.self, forKey: .iss)
    sub = try container.decode(String.self, forKey: .sub)
    if let one = try? container.decode(String.self, forKey: .aud) {
      aud = [one]
    } else {
      aud = try container.decode([String].self, forKey: .aud)
    }
    exp = try container.decode(Int.self, forKey: .exp)
    nbf = try container.decodeIfPresent(Int.self, forKey: .nbf)
    iat = try container.decode(Int.self, forKey: .iat)
    jti = try container.decodeIfPresent(String.self, forKey: .jti)
    roles = try container.decodeIfPresent([String].self, forKey: .roles) ?? []
    office = try container.decodeIfPresent(String.self, forKey: .office)
    // A NumericDate may have a fraction (RFC 7519, section 2).
    let created = try? container.decodeIfPresent(Double.self, forKey: .accountCreated)
    accountCreated = created.flatMap { Int(exactly: $0.rounded(.down)) }
  }
}

/// Checks access tokens: signature, type, issuer, audience and times.
public struct AccessTokenVerifier: Sendable {
  private let keys: JSONWebKeySet
  private let issuer: String
  private let audience: String
  private let leeway: Int
  private let maximumLifetime: Int

  /// - Parameters:
  ///   - issuer: the only `iss` taken.
  ///   - audience: must be among `aud`; others may stand beside it.
  ///   - leeway: seconds that two clocks may differ.
  ///   - maximumLifetime: seconds from `iat` to `exp`; a token cannot be called back before it expires.
  public init(
    keys: JSONWebKeySet, issuer: String, audience: String, leeway: Int = 60, maximumLifetime: Int = 600
  ) {
    self.keys = keys
    self.issuer = issuer
    self.audience = audience
    self.leeway = leeway
    self.maximumLifetime = maximumLifetime
  }

  /// The claims of `token`, all of them checked.
  /// - Parameter now: seconds since 1970.
  public func verify(_ token: String, now: Int) throws(TokenError) -> AccessTokenClaims {
    let payload = try JSONWebToken.payload(of: token, keys: keys, type: "at+jwt")
    guard var claims = try? JSONDecoder().decode(AccessTokenClaims.self, from: Data(payload)), !claims.sub.isEmpty,
      // Keeps the sums below from overflowing; 2^53 is also where JSON numbers stop being exact.
      [claims.exp, claims.iat, claims.nbf ?? 0].allSatisfy({ (0..<1 << 53).contains($0) })
    else { throw .claims }
    guard isSame(claims.iss, issuer) else { throw .issuer }
    guard claims.aud.contains(where: { isSame($0, audience) }) else { throw .audience }
    guard now < claims.exp + leeway else { throw .expired }
    guard claims.iat <= now + leeway, claims.nbf ?? 0 <= now + leeway else { throw .notYetValid }
    guard claims.exp - claims.iat <= maximumLifetime else { throw .lifetime }
    claims.iss = issuer  // the same text, but one copy for all who are remembered
    return claims
  }
}
