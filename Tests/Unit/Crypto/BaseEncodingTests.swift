import Crypto
import Testing

@Suite struct BaseEncodingTests {
  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
    ("foobar", "Zm9vYmFy"),
  ])
  func base64OfRFC4648(plain: String, encoded: String) {
    #expect(Base64.encode(plain.utf8) == encoded)
    #expect(Base64.decode(encoded) == Array(plain.utf8))
    let unpadded = String(encoded.prefix { $0 != "=" })
    #expect(Base64URL.encode(plain.utf8) == unpadded)
    #expect(Base64URL.decode(unpadded) == Array(plain.utf8))
  }

  @Test(arguments: ["Z", "Zg==", "Zh", "Zm9", "Zm9vY", "Zg\n", "Z g", "+/+/", "Zm8=", "é", "Zg\0A"])
  func base64URLRefuses(text: String) {
    #expect(Base64URL.decode(text) == nil)
  }

  @Test(arguments: ["Zg", "Zg=", "Zg===", "====", "=Zg=", "Zh==", "Zm9=", "-_-_", "Zg==Zg==", "Z===", "Zm8=\n"])
  func base64Refuses(text: String) {
    #expect(Base64.decode(text) == nil)
  }

  @Test func everyByteComesBack() {
    for length in 0..<70 {
      let bytes = randomBytes(length)
      #expect(Base64.decode(Base64.encode(bytes)) == bytes)
      #expect(Base64URL.decode(Base64URL.encode(bytes)) == bytes)
      #expect(Hex.decode(Hex.encode(bytes)) == bytes)
    }
    #expect(Base64URL.encode([0xfb, 0xff, 0xfe]) == "-__-")
    #expect(Base64.encode([0xfb, 0xff, 0xfe]) == "+//+")
  }

  @Test func hex() {
    #expect(Hex.encode([0, 0x7f, 0xff]) == "007fff")
    #expect(Hex.decode("00FfaB") == [0, 0xff, 0xab])
    for wrong in ["0", "0g", "0x00", " 00", "00\n", "０0"] { #expect(Hex.decode(wrong) == nil) }
  }
}
