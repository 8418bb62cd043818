import Crypto
import Testing

/// Attacks on access tokens: each must end in an error of its own kind, never in claims or a trap.
@Suite struct TokenTests {
  private static let key = ES256PrivateKey.generate()
  private static let now = 1_800_000_000
  private static let verifier = AccessTokenVerifier(
    keys: JSONWebKeySet(keys: ["k1": key.publicKey]), issuer: "https://iss.example", audience: "forum")
  private static let header = #"{"alg":"ES256","kid":"k1","typ":"at+jwt"}"#

  private static func payload(
    iss: String? = "https://iss.example", aud: String? = #""forum""#, exp: String? = "\(now + 300)",
    iat: String? = "\(now)", sub: String? = #""citizen-001""#, more: String = ""
  ) -> String {
    let claims = [
      iss.map { #""iss":"\#($0)""# }, aud.map { #""aud":\#($0)"# }, exp.map { #""exp":\#($0)"# },
      iat.map { #""iat":\#($0)"# }, sub.map { #""sub":\#($0)"# }, more.isEmpty ? nil : more,
    ]
    return "{" + claims.compactMap { $0 }.joined(separator: ",") + "}"
  }

  /// Signs whatever it is given, as an issuer gone wrong would.
  private static func token(header: String = header, payload: String = payload()) -> String {
    let signed = Base64URL.encode(header.utf8) + "." + Base64URL.encode(payload.utf8)
    return signed + "." + Base64URL.encode(key.sign(Array(signed.utf8)))
  }

  private static func refusal(of token: String, now: Int = now) -> TokenError? {
    do throws(TokenError) {
      _ = try verifier.verify(token, now: now)
      return nil
    } catch {
      return error
    }
  }

  private static func refusal(header: String) -> TokenError? { refusal(of: token(header: header)) }
  private static func refusal(payload: String) -> TokenError? { refusal(of: token(payload: payload)) }

  @Test func signedClaimsComeBack() throws {
    let claims = AccessTokenClaims(
      iss: "https://iss.example", sub: "시민-001", aud: ["forum", "portal"], exp: Self.now + 600, nbf: Self.now,
      iat: Self.now, jti: "j1", roles: ["officer"], office: "mois", accountCreated: 1_700_000_000)
    let token = try JSONWebToken.sign(claims: claims, keyID: "k1", with: Self.key)
    #expect(try Self.verifier.verify(token, now: Self.now) == claims)
    #expect(try Self.verifier.verify(Self.token(), now: Self.now).roles == [])
    #expect(try Self.verifier.verify(Self.token(), now: Self.now).aud == ["forum"])
  }

  @Test(arguments: [
    ("1700000000", 1_700_000_000), ("1700000000.75", 1_700_000_000), ("-86400", -86_400), ("0", 0), ("null", nil),
    (#""1700000000""#, nil), ("{}", nil), ("1e300", nil), ("true", nil),
  ])
  func anAccountIsAsOldAsTheProviderSaysOrOfUnknownAge(claim: String, created: Int?) throws {
    let token = Self.token(payload: Self.payload(more: #""account_created":\#(claim)"#))
    #expect(try Self.verifier.verify(token, now: Self.now).accountCreated == created)
  }

  @Test(arguments: ["none", "None", "nOnE", "NONE", "", "es256", "ES256 ", "HS256", "RS256", "ES384", "ES512", "EdDSA"])
  func otherAlgorithms(algorithm: String) {
    let header = #"{"alg":"\#(algorithm)","kid":"k1","typ":"at+jwt"}"#
    #expect(Self.refusal(header: header) == .algorithm)
    let unsigned = Base64URL.encode(header.utf8) + "." + Base64URL.encode(Self.payload().utf8) + "."
    #expect(Self.refusal(of: unsigned) == .algorithm)
  }

  @Test func publicKeyAsHMACSecret() {
    for secret in [Array(Self.key.publicKey.pem.utf8), [4] + Self.key.publicKey.x + Self.key.publicKey.y] {
      for (algorithm, expected) in [("HS256", TokenError.algorithm), ("ES256", .signature)] {
        let header = #"{"alg":"\#(algorithm)","kid":"k1","typ":"at+jwt"}"#
        let signed = Base64URL.encode(header.utf8) + "." + Base64URL.encode(Self.payload().utf8)
        let mac = HMACKey(secret).authenticate(signed.utf8)
        #expect(Self.refusal(of: signed + "." + Base64URL.encode(mac)) == expected)
      }
    }
  }

  @Test(arguments: [
    "k2", "K1", "k1 ", "", "../../etc/passwd", "' OR 1=1 --", "k1\u{0}", "\u{212A}1",
    String(repeating: "k", count: 5000),
  ])
  func unknownKeyIDs(id: String) throws {
    let claims = AccessTokenClaims(iss: "i", sub: "s", aud: [], exp: 1, iat: 0)
    #expect(Self.refusal(of: try JSONWebToken.sign(claims: claims, keyID: id, with: Self.key)) == .unknownKey)
  }

  @Test func headersWithTraps() {
    #expect(Self.refusal(header: #"{"alg":"ES256","typ":"at+jwt"}"#) == .unknownKey)
    #expect(Self.refusal(header: #"{"alg":"ES256","kid":"k1"}"#) == .type)
    #expect(Self.refusal(header: #"{"kid":"k1","typ":"at+jwt"}"#) == .malformed)
    #expect(Self.refusal(header: #"{"alg":["ES256"],"kid":"k1","typ":"at+jwt"}"#) == .malformed)
    #expect(Self.refusal(header: #"{"alg":"ES256","kid":7,"typ":"at+jwt"}"#) == .malformed)
    for critical in ["[]", #"["exp"]"#, "null", #"["b64"],"b64":false"#] {
      #expect(Self.refusal(header: #"{"alg":"ES256","kid":"k1","typ":"at+jwt","crit":\#(critical)}"#) == .critical)
    }
    #expect(Self.refusal(header: #"{"alg":"ES256","kid":"k1","typ":"at+jwt","b64":false}"#) == .critical)
    for form in ["", "null", "[]", "\"\"", "{", "{}", "\u{feff}", "{\"alg\":\"ES256\"", "\0"] {
      #expect(Self.refusal(header: form) == .malformed)
    }
  }

  @Test func keysInTheHeaderAreIgnored() {
    let attacker = ES256PrivateKey.generate()
    let jwk = String(decoding: JSONWebKeySet(keys: ["k1": attacker.publicKey]).encode(), as: UTF8.self)
    for extra in [#""jku":"http://127.0.0.1/jwks""#, #""x5u":"http://127.0.0.1/x""#, #""jwk":\#(jwk)"#] {
      let header = #"{"alg":"ES256","kid":"k1","typ":"at+jwt",\#(extra)}"#
      let signed = Base64URL.encode(header.utf8) + "." + Base64URL.encode(Self.payload().utf8)
      let signature = Base64URL.encode(attacker.sign(Array(signed.utf8)))
      #expect(Self.refusal(of: signed + "." + signature) == .signature)
      #expect(Self.refusal(header: header) == nil)
    }
  }

  @Test(arguments: [
    "JWT", "id+jwt", "jwt", "", "at+jwt ", "application/application/at+jwt", "text/at+jwt", "logout+jwt",
  ])
  func otherTypes(type: String) {
    #expect(Self.refusal(header: #"{"alg":"ES256","kid":"k1","typ":"\#(type)"}"#) == .type)
  }

  @Test(arguments: ["at+jwt", "AT+JWT", "At+Jwt", "application/at+jwt", "Application/AT+JWT"])
  func spellingsOfTheType(type: String) {
    #expect(Self.refusal(header: #"{"alg":"ES256","kid":"k1","typ":"\#(type)"}"#) == nil)
  }

  @Test func times() {
    #expect(Self.refusal(payload: Self.payload(exp: "\(Self.now - 61)", iat: "\(Self.now - 300)")) == .expired)
    #expect(Self.refusal(payload: Self.payload(exp: "\(Self.now - 60)", iat: "\(Self.now - 300)")) == .expired)
    #expect(Self.refusal(payload: Self.payload(exp: "\(Self.now - 59)", iat: "\(Self.now - 300)")) == nil)
    #expect(Self.refusal(payload: Self.payload(more: #""nbf":\#(Self.now + 61)"#)) == .notYetValid)
    #expect(Self.refusal(payload: Self.payload(more: #""nbf":\#(Self.now + 60)"#)) == nil)
    #expect(Self.refusal(payload: Self.payload(iat: "\(Self.now + 61)")) == .notYetValid)
    #expect(Self.refusal(payload: Self.payload(exp: "\(Self.now + 601)")) == .lifetime)
    #expect(Self.refusal(payload: Self.payload(exp: "\(Self.now + 600)")) == nil)
    #expect(Self.refusal(payload: Self.payload(exp: "9007199254740991")) == .lifetime)
    #expect(Self.refusal(payload: Self.payload(exp: "9007199254740991", iat: "9007199254740991")) == .notYetValid)
  }

  @Test(arguments: [
    nil, "null", "\"1800000300\"", "1800000300.5", "9223372036854775808", "9223372036854775807", "-1", "1e400", "1e30",
    "true", "[1800000300]", "{}", "9007199254740992", "-9223372036854775808", "NaN", "01", "0x6B49D200",
  ])
  func wrongNumbers(number: String?) {
    #expect(Self.refusal(payload: Self.payload(exp: number)) == .claims)
    #expect(Self.refusal(payload: Self.payload(iat: number)) == .claims)
    if let number, number != "null" {
      #expect(Self.refusal(payload: Self.payload(more: #""nbf":\#(number)"#)) == .claims)
    }
  }

  @Test func issuersAndAudiences() {
    for issuer in ["https://staging.iss.example", "https://iss.example/", "HTTPS://ISS.EXAMPLE", ""] {
      #expect(Self.refusal(payload: Self.payload(iss: issuer)) == .issuer)
    }
    #expect(Self.refusal(payload: Self.payload(iss: nil)) == .claims)
    for audience in ["\"portal\"", "[]", #"["portal"]"#, "\"\"", "\"Forum\"", #"["forum "]"#] {
      #expect(Self.refusal(payload: Self.payload(aud: audience)) == .audience)
    }
    for audience in [nil, "null", "1", #"{"forum":1}"#, #"["forum",1]"#, #"[["forum"]]"#] {
      #expect(Self.refusal(payload: Self.payload(aud: audience)) == .claims)
    }
    #expect(Self.refusal(payload: Self.payload(aud: #"["portal","forum"]"#)) == nil)
    for subject in [nil, "\"\"", "1", "null"] {
      #expect(Self.refusal(payload: Self.payload(sub: subject)) == .claims)
    }
    for roles in ["\"staff\"", "[1]", "{}"] {
      #expect(Self.refusal(payload: Self.payload(more: #""roles":\#(roles)"#)) == .claims)
    }
  }

  @Test func deepAndOddPayloads() {
    for payload in ["", "[]", "null", "\u{0}", "{\"iss\"", String(repeating: "[", count: 5000)] {
      #expect(Self.refusal(payload: payload) == .claims)
    }
    let deep = String(repeating: "[", count: 2500) + String(repeating: "]", count: 2500)
    #expect(Self.refusal(payload: Self.payload(more: #""x":\#(deep)"#)) == .claims)
    #expect(Self.refusal(header: #"{"alg":"ES256","x":\#(deep)}"#) == .malformed)
    #expect(Self.refusal(payload: Self.payload(more: #""x":"\#(String(repeating: "x", count: 10_000))""#)) == .tooLong)
    let long = String(repeating: "k", count: 10_000)
    #expect(Self.refusal(header: #"{"alg":"ES256","kid":"\#(long)","typ":"at+jwt"}"#) == .tooLong)
  }

  @Test(arguments: [
    "", ".", "..", "...", "a.b.c", "a.b", "a.b.c.d", "....................", "é.é.é", "%00.%00.%00",
    "Bearer eyJhbGciOiJFUzI1NiJ9.e30.", "eyJhbGciOiJFUzI1NiJ9.e30", " eyJhbGciOiJFUzI1NiJ9.e30.AAAA",
  ])
  func textsThatAreNoTokens(text: String) {
    #expect(Self.refusal(of: text) == .malformed)
  }

  @Test func otherSpellingsOfTheSameBytes() {
    let token = Self.token()
    for other in [token + "=", token + "==", token + ".", "." + token, token + "\n", token + " "] {
      #expect(Self.refusal(of: other) == .malformed)
    }
    // 64 bytes leave four bits of the last sign unused; they must be zero.
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    #expect(alphabet.filter { Self.refusal(of: String(token.dropLast()) + String($0)) == nil }.count == 1)
  }

  @Test func bitFlips() {
    let token = Array(Self.token().utf8)
    for position in 0..<token.count {
      for bit in [0, 3, 5] as [UInt8] {
        var other = token
        other[position] ^= 1 << bit
        #expect(Self.refusal(of: String(decoding: other, as: UTF8.self)) != nil, "byte \(position), bit \(bit)")
      }
    }
  }

  @Test func signaturesThatAreNone() throws {
    let signed = Base64URL.encode(Self.header.utf8) + "." + Base64URL.encode(Self.payload().utf8)
    let signature = Self.key.sign(Array(signed.utf8))
    let r = Array(signature.prefix(32))
    let s = Array(signature.suffix(32))
    let zero = [UInt8](repeating: 0, count: 32)
    // n, the order of P-256: r or s of n or more is out of range.
    let order = try #require(Hex.decode("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"))
    let asDER = [0x30, 0x44, 0x02, 0x20] + r + [0x02, 0x20] + s
    let wrong = [
      [], zero + zero, zero + s, r + zero, order + s, r + order, order + order, zero + zero.dropLast() + [1],
      [UInt8](repeating: 255, count: 64), s + r, Array(signature.dropLast()), signature + [0], asDER, [0] + signature,
    ]
    for wrong in wrong {
      #expect(Self.refusal(of: signed + "." + Base64URL.encode(wrong)) == .signature)
    }
    #expect(Self.refusal(of: signed + "." + Base64URL.encode(signature)) == nil)
  }
}
