import Crypto
import Testing

@Suite struct HashTests {
  private func bytes(_ hex: String) -> [UInt8] { Hex.decode(hex) ?? [] }

  @Test func sha256OfTheStandard() {
    #expect(Hex.encode(sha256([])) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(Hex.encode(sha256("abc".utf8)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    var hash = SHA256()
    hash.update("a".utf8)
    hash.update([])
    hash.update([UInt8]("bc".utf8))
    #expect(hash.finalize() == sha256([UInt8]("abc".utf8)))
  }

  @Test(arguments: [
    (
      String(repeating: "0b", count: 20), "4869205468657265",
      "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
    ),
    (
      "4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    ),
    (
      String(repeating: "aa", count: 20), String(repeating: "dd", count: 50),
      "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
    ),
    (
      "0102030405060708090a0b0c0d0e0f10111213141516171819", String(repeating: "cd", count: 50),
      "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
    ),
    (
      String(repeating: "aa", count: 131),
      "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368204b6579204669727374",
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
    ),
  ])
  func hmacOfRFC4231(key: String, message: String, expected: String) {
    let key = HMACKey(bytes(key))
    let mac = key.authenticate(bytes(message))
    #expect(Hex.encode(mac) == expected)
    #expect(key.isValid(mac, for: bytes(message)))
    #expect(key.isValid(Array(mac.prefix(16)), for: bytes(message), prefix: 16))
    #expect(!key.isValid(Array(mac.prefix(16)), for: bytes(message)))
    #expect(!key.isValid(mac, for: bytes(message), prefix: 16))
    bytes(message).withUnsafeBytes { message in
      for length in 0...33 {
        let given = (mac + [0]).prefix(length)
        #expect(given.withUnsafeBytes { key.isValid($0, for: message) } == (16...32).contains(length))
      }
      var written = [UInt8](repeating: 0, count: 40)
      written.withUnsafeMutableBytes { if let start = $0.baseAddress { key.authenticate(message, into: start + 4) } }
      #expect(written == [0, 0, 0, 0] + mac + [0, 0, 0, 0])
    }
    for bit in 0..<256 {
      var wrong = mac
      wrong[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(!key.isValid(wrong, for: bytes(message)))
    }
  }

  @Test func hmacFromManyThreads() async {
    let key = HMACKey([1, 2, 3])
    let messages = (0..<100).map { [UInt8]($0..<$0 + 20) }
    let expected = messages.map { key.authenticate($0) }
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<8 {
        group.addTask {
          (0..<20_000).allSatisfy { key.authenticate(messages[$0 % 100]) == expected[$0 % 100] }
        }
      }
      for await same in group { #expect(same) }
    }
  }

  @Test func hkdfOfRFC5869() {
    #expect(
      Hex.encode(
        hkdf(
          key: bytes(String(repeating: "0b", count: 22)), salt: bytes("000102030405060708090a0b0c"),
          info: bytes("f0f1f2f3f4f5f6f7f8f9"), length: 42))
        == "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865")
    #expect(
      Hex.encode(hkdf(key: Array(0...0x4f), salt: Array(0x60...0xaf), info: Array(0xb0...0xff), length: 82))
        == "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09"
        + "da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87")
    #expect(
      Hex.encode(hkdf(key: bytes(String(repeating: "0b", count: 22)), salt: [], info: [], length: 42))
        == "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8")
    #expect(hkdf(key: [1], salt: [], info: [], length: 0) == [])
    #expect(hkdf(key: [1], salt: [], info: [], length: 8160).count == 8160)
  }

  /// The key of a proposal and the pseudonyms under it, as another implementation computed them.
  @Test func pseudonyms() {
    let key = hkdf(
      key: Array(0..<32), salt: Array("ballot-pseudonym-salt/v1".utf8),
      info: Array("ballot/pseudonym/v1".utf8) + [0, 0, 0, 0, 0, 0, 4, 0xd2], length: 32)
    #expect(Hex.encode(key) == "e1b045393cd63b9691110e68cf04b16450d5980294723d2762602b7badf1162e")
    let pseudonyms = ["citizen-001", "citizen-002", "citizen-003"].map {
      Hex.encode(HMACKey(key).authenticate(Array("iss.example".utf8) + [0] + Array($0.utf8)))
    }
    #expect(
      pseudonyms == [
        "d661ebb061e47b35f4bb700bd436c396619ba16a65ba6dc0f2de452d5a88237f",
        "2f4a294377d64f44cd1931ff2126c16998e686d891d58b8861ae6d26ac074ab5",
        "72811fb028c8d8e8d42a4828edd1c022451c17ac0afe5dc42ba126812219735c",
      ])
  }

  @Test func webhookSignatureOfStandardWebhooks() {
    let secret = Base64.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw") ?? []
    #expect(secret.count == 24)
    let text = #"msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}"#
    #expect(Base64.encode(HMACKey(secret).authenticate(text.utf8)) == "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
  }

  @Test func constantTimeComparison() {
    #expect(constantTimeEqual([], []))
    #expect(constantTimeEqual([1, 2], [1, 2]))
    #expect(!constantTimeEqual([1, 2], [1, 3]))
    #expect(!constantTimeEqual([1, 2], [1, 2, 3]))
    #expect(randomBytes(32) != randomBytes(32))
    #expect(randomBytes(0) == [])
  }
}

@Suite struct NonceSourceTests {
  @Test func noTwoNoncesAreAlike() async {
    let source = NonceSource()
    let all = await withTaskGroup(of: [[UInt8]].self) { group in
      for _ in 0..<4 { group.addTask { (0..<5_000).map { _ in source.next() } } }
      return await group.reduce(into: []) { $0 += $1 }
    }
    #expect(all.allSatisfy { $0.count == 16 })
    #expect(Set(all).count == 20_000)
  }
}
