import Crypto
import Testing

@Suite struct KeySetTests {
  private static let key = ES256PrivateKey.generate().publicKey
  private static let point = #""crv":"P-256","x":"\#(Base64URL.encode(key.x))","y":"\#(Base64URL.encode(key.y))""#

  private func set(_ entries: String...) throws(JSONWebKeySet.Failure) -> JSONWebKeySet {
    try JSONWebKeySet(json: Array(#"{"keys":[\#(entries.joined(separator: ","))]}"#.utf8))
  }

  @Test func aSetComesBack() throws {
    let other = ES256PrivateKey.generate().publicKey
    let set = JSONWebKeySet(keys: ["b": Self.key, "a": other])
    let again = try JSONWebKeySet(json: set.encode())
    #expect(again.key(id: "b") == Self.key)
    #expect(again.key(id: "a") == other)
    #expect(again.key(id: "c") == nil)
    #expect(again.encode() == set.encode())
    #expect(
      String(decoding: set.encode(), as: UTF8.self).hasPrefix(#"{"keys":[{"alg":"ES256","crv":"P-256","kid":"a""#))
  }

  @Test func foreignKeysArePassedOver() throws {
    let good = #"{"kty":"EC","kid":"k1","alg":"ES256",\#(Self.point)}"#
    let set = try set(
      good, #"{"kty":"RSA","kid":"r","n":"AQAB","e":"AQAB"}"#, #"{"kty":"oct","kid":"o","k":"AAAA"}"#,
      #"{"kty":"EC","kid":"e","use":"enc","alg":"ECDH-ES",\#(Self.point)}"#,
      #"{"kty":"EC","kid":"p","alg":"ES384","crv":"P-384","x":"AA","y":"AA"}"#)
    #expect(set.key(id: "k1") == Self.key)
    for id in ["r", "o", "e", "p", ""] { #expect(set.key(id: id) == nil) }
  }

  @Test func setsThatAreRefused() throws {
    let good = #"{"kty":"EC","kid":"k1","alg":"ES256",\#(Self.point)}"#
    let x = Base64URL.encode(Self.key.x)
    let cases: [(String, JSONWebKeySet.Failure)] = [
      (#"{"kty":"EC","kid":"k1",\#(Self.point)}"#, .missingAlgorithm),
      (#"{"kty":"EC","alg":"ES256",\#(Self.point)}"#, .missingKeyID),
      (#"{"kty":"EC","kid":"","alg":"ES256",\#(Self.point)}"#, .missingKeyID),
      (#"{"kty":"EC","kid":"k1","alg":"ES256","d":"AAAA",\#(Self.point)}"#, .privateKey),
      (#"{"kty":"EC","kid":"k1","alg":"ES256","crv":"P-256","x":"\#(x)","y":"\#(x)"}"#, .invalidKey),
      (#"{"kty":"EC","kid":"k1","alg":"ES256","crv":"P-256","x":"\#(x)"}"#, .invalidKey),
      (#"{"kty":"EC","kid":"k1","alg":"ES256","crv":"P-384","x":"\#(x)","y":"\#(x)"}"#, .invalidKey),
      (#"{"kty":"EC","kid":"k1","alg":"ES256","crv":"P-256","x":"\#(x)=","y":"!"}"#, .invalidKey),
      (good + "," + good, .duplicateKeyID),
      ("", .empty),
      (#"{"kty":"RSA","kid":"r","n":"AQAB","e":"AQAB"}"#, .empty),
      ("1", .malformed),
      (#"{"kid":"k1"}"#, .malformed),
    ]
    for (entry, failure) in cases { #expect(throws: failure) { try set(entry) } }
    for json in ["", "[]", "{}", "{\"keys\":{}}", String(repeating: "[", count: 100_000)] {
      #expect(throws: JSONWebKeySet.Failure.malformed) { try JSONWebKeySet(json: Array(json.utf8)) }
    }
  }
}
