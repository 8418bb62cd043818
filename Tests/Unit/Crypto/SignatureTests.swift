import Crypto
import Testing

@Suite struct SignatureTests {
  private func bytes(_ hex: String) -> [UInt8] { Hex.decode(hex) ?? [] }

  @Test(arguments: [
    (
      "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
      "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
        + "d25bf5f0595bbe24655141438e7a100b"
    ),
    (
      "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
      "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
        + "387b2eaeb4302aeeb00d291612bb0c00"
    ),
    (
      "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
      "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
      "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
        + "4a7c15e9716ed28dc027beceea1ec40a"
    ),
  ])
  func ed25519OfRFC8032(seed: String, publicKey: String, message: String, signature: String) throws {
    let key = try Ed25519PrivateKey(seed: bytes(seed))
    #expect(Hex.encode(key.publicKey.bytes) == publicKey)
    #expect(Hex.encode(key.sign(bytes(message))) == signature)
    let verifier = try Ed25519PublicKey(bytes: bytes(publicKey))
    #expect(verifier == key.publicKey)
    #expect(verifier.isValid(bytes(signature), for: bytes(message)))
    #expect(!verifier.isValid(bytes(signature), for: bytes(message) + [0]))
    #expect(!verifier.isValid([], for: bytes(message)))
    #expect(!verifier.isValid([UInt8](repeating: 0, count: 64), for: bytes(message)))
    #expect(try Ed25519PrivateKey(pem: key.pem).seed == bytes(seed))
    #expect(try Ed25519PublicKey(pem: verifier.pem) == verifier)
  }

  @Test func es256OfRFC7515() throws {
    let key = try ES256PublicKey(
      x: Base64URL.decode("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU") ?? [],
      y: Base64URL.decode("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0") ?? [])
    let signed = Array(
      ("eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
        + "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ").utf8)
    let signature =
      Base64URL.decode("DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q") ?? []
    #expect(key.isValid(signature, for: signed))
    #expect(!key.isValid(signature, for: signed + [0]))
    #expect(!key.isValid(Array(signature.reversed()), for: signed))
  }

  @Test func es256SignsAndChecks() throws {
    let key = ES256PrivateKey.generate()
    for length in 0..<100 {
      let message = randomBytes(length)
      let signature = key.sign(message)
      #expect(signature.count == 64)
      #expect(key.publicKey.isValid(signature, for: message))
      #expect(!key.publicKey.isValid(signature, for: message + [1]))
      #expect(!ES256PrivateKey.generate().publicKey.isValid(signature, for: message))
    }
  }

  @Test func es256KeysComeBackFromPEM() throws {
    let key = ES256PrivateKey.generate()
    #expect(key.pem.hasPrefix("-----BEGIN PRIVATE KEY-----\n"))
    #expect(try ES256PrivateKey(pem: key.pem).publicKey == key.publicKey)
    #expect(try ES256PublicKey(pem: key.publicKey.pem) == key.publicKey)
    #expect(try ES256PublicKey(x: key.publicKey.x, y: key.publicKey.y) == key.publicKey)
  }

  @Test func wrongKeysAreRefused() throws {
    let key = ES256PrivateKey.generate().publicKey
    #expect(throws: KeyError.invalid) { try ES256PublicKey(x: key.x, y: key.x) }  // not on the curve
    #expect(throws: KeyError.invalid) { try ES256PublicKey(x: [UInt8](repeating: 0, count: 32), y: key.y) }
    #expect(throws: KeyError.invalid) { try ES256PublicKey(x: [UInt8](repeating: 255, count: 32), y: key.y) }
    #expect(throws: KeyError.invalid) { try ES256PublicKey(x: [], y: []) }
    #expect(throws: KeyError.invalid) { try ES256PublicKey(x: key.x + [0], y: key.y) }
    let ed = Ed25519PrivateKey.generate()
    for pem in ["", "x", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", ed.pem, ed.publicKey.pem] {
      #expect(throws: KeyError.invalid) { try ES256PrivateKey(pem: pem) }
      #expect(throws: KeyError.invalid) { try ES256PublicKey(pem: pem) }
    }
    #expect(throws: KeyError.invalid) { try Ed25519PrivateKey(pem: ES256PrivateKey.generate().pem) }
    #expect(throws: KeyError.invalid) { try Ed25519PublicKey(pem: key.pem) }
    #expect(throws: KeyError.invalid) { try Ed25519PrivateKey(seed: [1]) }
    #expect(throws: KeyError.invalid) { try Ed25519PublicKey(bytes: [1]) }
  }

  /// An encrypted key must be refused, and above all must not ask for a password at the terminal.
  @Test func encryptedKeysAreRefused() {
    let pem = """
      -----BEGIN EC PRIVATE KEY-----
      Proc-Type: 4,ENCRYPTED
      DEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF

      AAAAAAAAAAAAAAAAAAAAAA==
      -----END EC PRIVATE KEY-----

      """
    #expect(throws: KeyError.invalid) { try ES256PrivateKey(pem: pem) }
  }

  /// P-384 and secp256k1 keys are elliptic too, but not ES256.
  @Test func otherCurvesAreRefused() {
    let secp256k1 = """
      -----BEGIN PUBLIC KEY-----
      MFYwEAYHKoZIzj0CAQYFK4EEAAoDQgAEeb5mfvncu6xVoGKVzocLBwKb/NstzijZ
      WfKBWxb4F5hIOtp3JqPEZV2k+/wOEQio/Re0SKaFVBmcR9CP+xDUuA==
      -----END PUBLIC KEY-----

      """
    #expect(throws: KeyError.invalid) { try ES256PublicKey(pem: secp256k1) }
  }
}
