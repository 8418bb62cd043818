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

  @Test func theFilesAreInTheFingerprint() throws {
    let file = PublishedFile(
      number: 1, name: "노선.png", type: "image/png", size: 70, sha256: String(repeating: "ab", count: 32))
    let text = CanonicalText(title: "t", summary: "s", body: "b", category: .jobs, reference: nil, attachments: [file])
    #expect(try text.fingerprint() == "1b2b49ff4f68af19e64275f3c9a1cc62201e9d268d1cb73dfee5cbc4e9f4e592")
    var others = Array(repeating: file, count: 5)
    others[0].number = 2
    others[1].name = "a.png"
    others[2].type = "image/jpeg"
    others[3].size = 71
    others[4].sha256 = String(repeating: "ac", count: 32)
    let lists = others.map { [$0] } + [[file], [file, others[0]], []]
    let texts = lists.map {
      CanonicalText(title: "t", summary: "s", body: "b", category: .jobs, reference: nil, attachments: $0)
    }
    #expect(Set(try texts.map { try $0.fingerprint() }).count == lists.count)
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
