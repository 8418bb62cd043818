public import Contracts
public import Crypto
import FoundationEssentials
public import HTTPServer

/// A role that a token can carry.
public enum Role: String, Sendable, CaseIterable {
  case citizen, supportUnit = "support-unit", committee, ministry, admin
  /// A member of the Forum; who votes as one is a citizen, too.
  case member
  /// The office of the strategy meeting.
  case strategyMeeting = "strategy-meeting"
}

/// Who made a request, by the token.
public struct Caller: Sendable {
  /// Who made the token (`iss`).
  public let issuer: String
  /// The identity provider's pairwise id: never leaves the service.
  public let subject: String
  /// What the token allows; roles that the Forum does not know are left out.
  public var roles: Set<Role> { held.roles }
  /// Whether the token has a role; cheaper than a look into `roles`.
  public func has(_ role: Role) -> Bool { !held.isDisjoint(with: RoleBits([role])) }
  /// Whether the caller is of the Support Unit, or an administrator in its place.
  public var isStaff: Bool { has(.supportUnit) || has(.admin) }
  /// The role as which a member of the Support Unit acts, or an administrator in its place.
  public var staffRole: Role { has(.supportUnit) ? .supportUnit : .admin }
  /// The same as bits: hundreds of thousands of callers are remembered, and one is checked for each request.
  let held: RoleBits
  /// The ministry's slug, for its officers.
  public let office: String?
  /// Since when the provider has known the person, in seconds since 1970; nil: it does not say.
  public let accountCreated: Int?
  /// What other services know the person by.
  public let citizen: CitizenID
  let expires: Int

  /// The caller by the claims of a verified token.
  public init(claims: AccessTokenClaims) {
    issuer = claims.iss
    subject = claims.sub
    held = RoleBits(claims.roles.compactMap(Role.init(rawValue:)))
    office = claims.office
    accountCreated = claims.accountCreated
    expires = claims.exp
    let digest = sha256(Array("citizen\u{0}\(claims.iss)\u{0}\(claims.sub)".utf8))
    citizen = CitizenID(bytes: digest.prefix(16)) ?? CitizenID()
  }
}

/// A set of roles in one byte.
struct RoleBits: Sendable {
  private let bits: UInt8

  init(_ roles: some Sequence<Role>) { bits = roles.reduce(0) { $0 | Self.bit($1) } }

  var roles: Set<Role> { Set(Role.allCases.filter { bits & Self.bit($0) != 0 }) }

  func isDisjoint(with other: RoleBits) -> Bool { bits & other.bits == 0 }

  private static func bit(_ role: Role) -> UInt8 {
    switch role {
    case .citizen: 1
    case .supportUnit: 2
    case .committee: 4
    case .ministry: 8
    case .admin: 16
    case .member: 32
    case .strategyMeeting: 64
    }
  }
}

/// A request on its way through a route.
public struct Request: Sendable {
  /// The request as it came.
  public let http: HTTPRequest
  /// Values of the pattern's `{name}` parts, percent-decoded.
  public let parameters: [String: String]
  /// Who made it; nil without a token, which only routes for everyone let in.
  public let caller: Caller?

  /// The caller; a route for a role can rely on it.
  /// - Throws: `Problem.unauthorized`
  public func authenticated() throws(Problem) -> Caller {
    guard let caller else { throw .unauthorized }
    return caller
  }

  /// The identifier in the path.
  /// - Throws: `Problem` 404 when it is no UUID: such a thing cannot exist.
  public func id<Kind>(_ name: String = "id", _: Kind.Type = Kind.self) throws(Problem) -> Identifier<Kind> {
    guard let text = parameters[name], let id = Identifier<Kind>(text) else {
      throw .notFound("The address holds no valid identifier.")
    }
    return id
  }

  /// A parameter of the query string, percent-decoded; nil when absent.
  public func query(_ name: String) -> String? {
    guard let query = http.query else { return nil }
    for pair in query.split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if percentDecoded(parts[0], plusIsSpace: true) == name {
        return parts.count == 2 ? percentDecoded(parts[1], plusIsSpace: true) : ""
      }
    }
    return nil
  }

  /// A whole number in the query string within `range`.
  /// - Throws: `Problem` 400
  public func query(_ name: String, default fallback: Int, in range: ClosedRange<Int>) throws(Problem) -> Int {
    guard let text = query(name) else { return fallback }
    guard let value = Int(text), range.contains(value) else {
      throw .badRequest("\(name) must be a whole number from \(range.lowerBound) to \(range.upperBound).")
    }
    return value
  }

  /// The JSON body.
  /// - Throws: `Problem` 415, 400 (no JSON in UTF-8) or 422 (a member missing or of the wrong type, with its place).
  public func body<Body: Decodable>(_: Body.Type = Body.self) throws(Problem) -> Body {
    try requireJSON()
    // The decoder looks at the members that are asked for alone, and would pass over the rest whatever it is; and it would
    // guess UTF-16 and UTF-32 by their zero bytes, which no JSON in UTF-8 has (RFC 8259, sections 7 and 8.1).
    guard !http.body.contains(0), String(validating: http.body, as: UTF8.self) != nil else {
      throw .badRequest("The body is not UTF-8.")
    }
    do { return try JSON.decode(Body.self, from: http.body) } catch let error as DecodingError {
      throw Problem(error)
    } catch { throw .badRequest("The body is not JSON.") }
  }

  /// Whether the request says that its body is JSON as it stands.
  /// - Throws: `Problem` 415
  public func requireJSON() throws(Problem) {
    let type = http.headers["content-type"]
    guard http.headers["content-encoding"] == nil else {
      throw Problem(415, "unsupported-media-type", "Send the body without a content encoding")
    }
    if type == "application/json" { return }
    let media = type?.split(separator: ";").first.map {
      $0.trimmingPrefix { $0 == " " }.lowercased()
    }
    guard media?.trimmingSuffixSpaces == "application/json" else {
      throw Problem(415, "unsupported-media-type", "Send application/json")
    }
  }
}

extension String {
  fileprivate var trimmingSuffixSpaces: String {
    var text = self
    while text.hasSuffix(" ") { text.removeLast() }
    return text
  }
}

extension Problem {
  init(_ error: DecodingError) {
    func pointer(_ path: [any CodingKey]) -> String {
      path.reduce("#") { $0 + "/" + ($1.intValue.map(String.init) ?? $1.stringValue) }
    }
    switch error {
    case .keyNotFound(let key, let context):
      self = .invalid([FieldError(pointer(context.codingPath + [key]), "is missing")])
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      self = .invalid([FieldError(pointer(context.codingPath), "has the wrong type")])
    case .dataCorrupted(let context) where !context.codingPath.isEmpty:
      self = .invalid([FieldError(pointer(context.codingPath), "is not one of the allowed values")])
    default: self = .badRequest("The body is not JSON.")
    }
  }
}

/// Percent-decoding of RFC 3986; nil when it is malformed or not UTF-8 or holds U+0000.
func percentDecoded(_ text: some StringProtocol, plusIsSpace: Bool = false) -> String? {
  let isPlain = text.utf8.allSatisfy { $0 != UInt8(ascii: "%") && $0 != 0 && ($0 != UInt8(ascii: "+") || !plusIsSpace) }
  if isPlain { return String(text) }
  var bytes: [UInt8] = []
  var rest = Array(text.utf8)[...]
  while let byte = rest.popFirst() {
    switch byte {
    case UInt8(ascii: "%"):
      guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
        return nil
      }
      rest = rest.dropFirst(2)
      bytes.append(value)
    case UInt8(ascii: "+") where plusIsSpace: bytes.append(UInt8(ascii: " "))
    default: bytes.append(byte)
    }
  }
  guard !bytes.contains(0) else { return nil }
  return String(validating: bytes, as: UTF8.self)
}
