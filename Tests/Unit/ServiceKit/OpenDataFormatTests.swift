import Contracts
import FoundationEssentials
import HTTPServer
import Postgres
import Testing

@testable import ServiceKit

@Suite struct OpenDataFormatTests {
  private func csv(_ cells: [Cell]) -> String {
    var bytes: [UInt8] = []
    CSV.append(cells, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test(arguments: ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠A", "'=1", "'"])
  func aTextThatASpreadsheetWouldCalculateIsNoFormulaAndCanBeHadBack(text: String) {
    let cell = csv([.text(text)])
    #expect(cell == "\"'\(text)\"\r\n")
    #expect(String(cell.dropFirst(2).dropLast(2)) == text, "one apostrophe is taken away")
  }

  @Test func whatIsNoTextIsWrittenAsItIs() {
    let time = Date(milliseconds: 1_795_000_000_000)
    #expect(
      csv([.integer(-5), .decimal(-0.5), .boolean(true), .time(time), .none])
        == "-5,-0.5,true,\(JSON.timestamp(time)),\r\n")
  }

  @Test func commasQuotesAndLineBreaksAreQuotedAndNothingElseIs() {
    #expect(
      csv([.text("가,나"), .text("a\"b"), .text("a\r\nb"), .text("a b"), .text("")])
        == "\"가,나\",\"a\"\"b\",\"a\r\nb\",a b,\"\"\r\n")
  }

  @Test func aLineOfJSONIsReadAsWhatItWasMadeOf() throws {
    struct Line: Decodable {
      let a: String
      let b: Int
      let c: Bool
      let d: Date
      let e: Int?
    }
    let text = "\"\\/\n\r\t\u{1}\u{1f}가🙂</script>"
    let time = Date(milliseconds: 1_795_000_000_123)
    var bytes: [UInt8] = []
    JSONLine.append(
      zip("abcde".map(String.init), [Cell.text(text), .integer(-7), .boolean(false), .time(time), .none]).map {
        (name: $0, cell: $1)
      }, to: &bytes)
    #expect(!bytes.contains { $0 < 0x20 }, "a line stays a line")
    let line = try JSON.decode(Line.self, from: bytes)
    #expect(line.a == text && line.b == -7 && !line.c && line.d == time && line.e == nil)
    #expect(!String(decoding: bytes, as: UTF8.self).contains("\"e\""), "what has no value is left out")
  }

  private func request(_ query: String) -> Request {
    Request(http: HTTPRequest(method: .get, path: "/v1/open-data/x", query: query), parameters: [:], caller: nil)
  }

  private enum Word: String, CaseIterable { case one, two }

  private let dataset = Dataset(
    "x", korean: "가", english: "x", rows: "x WHERE true", time: "x.at", key: .id("x.id"),
    columns: [Column("id", .id, "x.id", "가", "x")],
    filters: [.word("state", Word.self, in: "x.state"), .id("task", in: "x.task")])

  @Test func filtersBecomeBoundParameters() throws {
    let selection = try Selection(
      request("state=two&task=3f0a4ba0-3f44-4c4e-8a2e-1d8c7a1f5f2b&since=2026-01-01&until=2026-02-01T00:00:00Z"),
      of: dataset)
    let query = dataset.query(selection, limit: 5)
    #expect(
      query.sql == """
        SELECT x.id, x.at, x.id FROM x WHERE true AND x.state = $1 AND x.task = $2 AND x.at >= $3 AND x.at < $4 \
        ORDER BY x.at DESC, x.id DESC LIMIT $5
        """)
  }

  @Test(arguments: ["state=three", "state=", "task=1", "since=yesterday", "until=2026-13-01", "since=1969-12-31"])
  func whatAFilterCannotBeIsRefused(query: String) {
    #expect(throws: Problem.self) { try Selection(request(query), of: dataset) }
  }

  @Test(arguments: ["", "x", "MTc5MDAwMDAwMDM0MCB4", "LTEgM2YwYTRiYTAtM2Y0NC00YzRlLThhMmUtMWQ4YzdhMWY1ZjJi"])
  func aCursorThatNobodyWasGivenIsRefused(cursor: String) throws {
    var selection = try Selection(request(""), of: dataset)
    #expect(throws: Problem.self) { try selection.go(on: cursor, in: dataset) }
  }

  @Test func aDateIsTheBeginningOfThatDayInKorea() throws {
    #expect(try request("since=2026-01-01").time("since") == JSON.date("2025-12-31T15:00:00Z"))
  }

  @Test func whoHasAPageIsToldSo() throws {
    let first = OpenData.known(Array("{}".utf8), type: "application/json", to: request(""))
    let tag = try #require(first.headers["etag"])
    var again = HTTPRequest(method: .get, path: "/")
    again.headers["if-none-match"] = "\"x\", W/\(tag)"
    let second = OpenData.known(
      Array("{}".utf8), type: "application/json", to: Request(http: again, parameters: [:], caller: nil))
    #expect(second.status == 304 && second.headers["etag"] == tag)
    let changed = OpenData.known(
      Array("[]".utf8), type: "application/json", to: Request(http: again, parameters: [:], caller: nil))
    #expect(changed.status == 200 && changed.headers["etag"] != tag)
  }
}
