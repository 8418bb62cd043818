import CZlib
import FoundationEssentials
import Testing

@testable import Forumctl

struct PetitionTests {
  private let line = """
    {"number": 7, "category": "일자리", "begin": "2019-04-01", "end": "2019-05-01", "agreements": 4116, \
    "status": "청원종료", "title": "제목", "content": "내용"}
    """

  private func written(_ bytes: [UInt8]) throws -> String {
    let url = FileManager.default.temporaryDirectory.appending(path: "petitions-\(UUID().uuidString)")
    try Data(bytes).write(to: url)
    return url.path
  }

  private func packed(_ text: String) throws -> [UInt8] {
    var stream = z_stream()
    try #require(
      deflateInit2_(
        &stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        == Z_OK)
    defer { deflateEnd(&stream) }
    var input = Array(text.utf8)
    var output = [UInt8](repeating: 0, count: input.count + 1_000)
    let count = input.withUnsafeMutableBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        stream.next_in = input.baseAddress
        stream.avail_in = UInt32(input.count)
        stream.next_out = output.baseAddress
        stream.avail_out = UInt32(output.count)
        _ = deflate(&stream, Z_FINISH)
        return output.count - Int(stream.avail_out)
      }
    }
    return Array(output.prefix(count))
  }

  @Test func `lines are read, packed or not`() throws {
    let text = line + "\n" + line.replacing("7", with: "8") + "\n"
    for bytes in [Array(text.utf8), try packed(text)] {
      let petitions = try Petition.read(try written(bytes))
      #expect(petitions.map(\.number) == [7, 8])
      #expect(petitions.first?.agreements == 4116)
    }
  }

  @Test func `a large file of several gzip members is read to its end`() throws {
    let many = String(repeating: "가나다라", count: 50_000)
    let bytes = try Gzip.unpack(try packed(many) + packed("끝"), name: "file")
    #expect(String(decoding: bytes, as: UTF8.self) == many + "끝")
  }

  @Test func `a damaged or cut file is refused`() throws {
    let good = try packed(String(repeating: line, count: 10))
    #expect(throws: Failure.self) { try Gzip.unpack(Array(good.dropLast(9)), name: "file") }
    var bad = good
    bad[bad.count / 2] ^= 0xff
    #expect(throws: Failure.self) { try Gzip.unpack(bad, name: "file") }
  }

  @Test func `a line that is no petition, and a number that comes twice, are named`() throws {
    #expect(throws: Failure.self) { try Petition.read(try written(Array((line + "\n{}\n").utf8))) }
    #expect(throws: Failure.self) { try Petition.read(try written(Array((line + "\n" + line).utf8))) }
    #expect(throws: Failure.self) { try Petition.read(try written([])) }
  }

  private func draft(title: String = "제목", content: String) -> Petition.Draft {
    Petition(number: 7, category: "일자리", agreements: 1, title: title, content: content).draft
  }

  @Test func `texts are cut to what a proposal may hold, by characters`() {
    let family = "👨‍👩‍👧‍👦"
    let draft = draft(title: String(repeating: "가", count: 98), content: String(repeating: family, count: 2_500))
    #expect(draft.title.count == 80)
    #expect(draft.summary == String(repeating: family, count: 300))
    #expect(draft.body.count == 2_000)
    #expect(Petition.cut("가나 다", to: 3) == "가나")
  }

  @Test func `white space is cleaned, and what a plain text may not hold is dropped`() {
    let draft = draft(title: " 제\u{a0}\n목 ", content: "\u{200e}하나\r\n\r\n  둘\u{0}\u{202e}\t셋 ")
    #expect(draft.title == "제 목")
    #expect(draft.body == "하나 둘 셋")
  }

  @Test func `personal data of a petition is masked`() {
    let draft = draft(title: "전화 02-123-4567", content: "메일 a@b.kr\u{200b} 끝")
    #expect(draft.title == "전화 ●●●●●●●●●●●")
    #expect(draft.body == "메일 ●●●●●● 끝")
  }

  @Test func `a petition without a text says its title`() {
    #expect(draft(content: " ").body == "제목")
    #expect(draft(title: "", content: "").title == "청원 7")
  }

  @Test func `categories are those of the Forum`() {
    #expect(draft(content: "a").category == "jobs")
    #expect(Petition(number: 7, category: "?", agreements: 1, title: "a", content: "").draft.category == "other")
  }
}
