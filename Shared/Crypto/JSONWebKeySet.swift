import FoundationEssentials

/// The public keys that tokens may be signed with, by key id (RFC 7517). Each is for ES256 and nothing else.
public struct JSONWebKeySet: Sendable {
  private var keys: [[UInt8]: ES256PublicKey]

  /// Why a key set is refused.
  public enum Failure: String, Error, Sendable {
    case malformed = "the key set is not valid JSON of the expected form"
    case missingKeyID = "a key has no kid, or an overlong one"
    case missingAlgorithm = "a key has no alg"
    case privateKey = "a private key stands in the key set"
    case invalidKey = "a key is not a point on P-256"
    case duplicateKeyID = "two keys have the same kid"
    case empty = "the key set has no ES256 key"
  }

  /// Key ids longer than this are neither stored nor looked up.
  static let maximumKeyIDLength = 256

  /// A set of `keys` by key id.
  public init(keys: [String: ES256PublicKey]) {
    self.keys = [:]
    for (id, key) in keys { self.keys[Array(id.utf8)] = key }
  }

  /// Reads a key set. Keys of other types, algorithms or uses are passed over (RFC 7517 section 5), but an EC key
  /// without `alg` refuses the whole set: it would leave the choice of algorithm to the token.
  public init(json: [UInt8]) throws(Failure) {
    guard let document = try? JSONDecoder().decode(Document.self, from: Data(json)) else { throw .malformed }
    keys = [:]
    for entry in document.keys where entry.kty == "EC" && entry.use ?? "sig" == "sig" {
      guard let algorithm = entry.alg else { throw .missingAlgorithm }
      guard algorithm == "ES256" else { continue }
      guard let id = entry.kid, !id.isEmpty, id.utf8.count <= Self.maximumKeyIDLength else { throw .missingKeyID }
      guard entry.d == nil else { throw .privateKey }
      guard entry.crv == "P-256", let x = entry.x.flatMap({ Base64URL.decode($0) }),
        let y = entry.y.flatMap({ Base64URL.decode($0) }), let key = try? ES256PublicKey(x: x, y: y)
      else { throw .invalidKey }
      guard keys.updateValue(key, forKey: Array(id.utf8)) == nil else { throw .duplicateKeyID }
    }
    if keys.isEmpty { throw .empty }
  }

  /// The key with exactly this id; there is no default key.
  public func key(id: String) -> ES256PublicKey? {
    // By bytes: String equality would take canonically equivalent spellings for the same id.
    id.utf8.count <= Self.maximumKeyIDLength ? keys[Array(id.utf8)] : nil
  }

  /// The set as JSON, ordered by key id.
  public func encode() -> [UInt8] {
    let entries = keys.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { id, key in
      Entry(
        kty: "EC", kid: String(decoding: id, as: UTF8.self), alg: "ES256", use: "sig", crv: "P-256",
        x: Base64URL.encode(key.x), y: Base64URL.encode(key.y))
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    // Strings alone cannot fail to encode.
    return (try? encoder.encode(Document(keys: entries))).map { [UInt8]($0) } ?? []
  }

  private struct Document: Codable {
    var keys: [Entry]
  }

  private struct Entry: Codable {
    var kty: String
    var kid: String?
    var alg: String?
    var use: String?
    var crv: String?
    var x: String?
    var y: String?
    var d: String?
  }
}
