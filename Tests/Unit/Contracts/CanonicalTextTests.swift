import Contracts
import Testing

@Suite struct CanonicalTextTests {
  /// The hashes were computed by Python: hashlib.sha256(json.dumps(text, sort_keys=True, ensure_ascii=False,
  /// separators=(",", ":")).encode()).hexdigest()
  @Test func theFingerprintIsTheHashOfTheCanonicalJSON() throws {
    let plain = CanonicalText(title: "t", summary: "s", body: "b", category: .jobs, reference: nil)
    #expect(try plain.fingerprint() == "070736ff1fa04b2045c330da767ae66c2897dcc3f9e9e7dc6be812f31d4f2597")
    let korean = CanonicalText(
      title: "밤 버스", summary: "더 \"자주\"", body: "첫째 줄\n둘째/줄", category: .transport, reference: "2019-1")
    #expect(try korean.fingerprint() == "67c9ed216a61645d22ff5df8c8c08b6d35c24820feacf3562587600717bf3497")
  }

  @Test func everyMemberCounts() throws {
    let text = CanonicalText(title: "t", summary: "s", body: "b", category: .jobs, reference: nil)
    var others = Array(repeating: text, count: 5)
    others[0].title = "u"
    others[1].summary = "u"
    others[2].body = "u"
    others[3].category = .rural
    others[4].reference = ""
    #expect(Set(try ([text] + others).map { try $0.fingerprint() }).count == 6)
  }
}
