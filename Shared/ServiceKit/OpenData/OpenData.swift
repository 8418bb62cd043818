import Contracts
import Crypto
import FoundationEssentials
public import HTTPServer
public import Postgres

/// Answers with datasets: page by page in JSON, and whole as files.
public struct OpenData: Sendable {
  /// Where all of it is.
  public static let address = "/v1/open-data"
  private static let keptSeconds = 10

  private let datasets: [Dataset]
  private let database: Database
  private let downloads: Downloads

  /// Opens nothing.
  public init(_ datasets: [Dataset], database: Database, downloads: Downloads) {
    self.datasets = datasets
    self.database = database
    self.downloads = downloads
  }

  /// `GET /v1/open-data/NAME` for each dataset.
  public var routes: [Route] {
    datasets.map { dataset in
      Route.get("\(Self.address)/\(dataset.name)", for: .everyone) { try await page($0, of: dataset) }
        .openToOtherSites()
    }
  }

  /// `GET /v1/open-data/NAME?…&since=&until=&limit=&after=`: newest first. 400 for what a parameter must not be; 304 for
  /// who has the page.
  private func page(_ request: Request, of dataset: Dataset) async throws -> Response {
    let limit = try request.query("limit", default: 20, in: 1...100)
    var selection = try Selection(request, of: dataset)
    if let after = request.query("after") { try selection.go(on: after, in: dataset) }
    let rows = try await database.query(dataset.query(selection, limit: limit + 1))
    var bytes = Array(#"{"items":["#.utf8)
    for (index, row) in rows.prefix(limit).enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      try dataset.appendJSON(row, to: &bytes)
    }
    bytes.append(UInt8(ascii: "]"))
    let next = rows.count > limit ? try Selection.cursor(after: rows[limit - 1], in: dataset) : nil
    if let next { bytes += ",\"next\":\"\(next)\"".utf8 }
    bytes.append(UInt8(ascii: "}"))
    var response = Self.known(bytes, type: "application/json", to: request)
    if let next { response.headers["link"] = "<\(Self.address(of: request, after: next))>; rel=\"next\"" }
    return response
  }

  private static func address(of request: Request, after cursor: String) -> String {
    let others = (request.http.query ?? "").split(separator: "&").filter { !$0.hasPrefix("after=") }
    // What a client sent goes into a field: only what stands in any address.
    let isPlain = others.allSatisfy { $0.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != 0x3c && $0 != 0x3e } }
    return request.http.path + "?"
      + ((isPlain ? others.map(String.init) : []) + ["after=\(cursor)"]).joined(separator: "&")
  }

  /// An answer that is the same for everybody and known by its hash: 304 for who has it.
  public static func known(_ bytes: [UInt8], type: String, to request: Request) -> Response {
    let tag = "\"\(Hex.encode(sha256(bytes)))\""
    let headers: HTTPHeaders = ["etag": tag, "cache-control": CacheControl.seconds(keptSeconds).header]
    guard !request.has(tag) else { return Response(status: 304, headers: headers) }
    var response = Response(status: 200, headers: headers, body: .bytes(bytes))
    response.headers["content-type"] = type
    return response
  }

  /// `GET …/{file}`: `NAME.csv` or `NAME.jsonl` with the dataset's filters, `since`, `until` and, for CSV, `bom=true`.
  /// 404 for another name, 400, 503 while too many are under way.
  /// - Parameter file: its name.
  public func download(_ file: String, _ request: Request) async throws -> Response {
    let parts = file.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, let dataset = datasets.first(where: { $0.name == parts[0] }),
      let format = DownloadFormat(rawValue: parts[1])
    else { throw Problem.notFound("There is no such file.") }
    let selection = try Selection(request, of: dataset)
    let isMarked = try request.wantsByteOrderMark()
    return try await downloads.response(
      dataset, dataset.query(selection), as: format, isMarked: isMarked, isHead: request.http.method == .head)
  }
}

extension Request {
  private enum Switch: String, CaseIterable { case `true`, `false` }

  /// Whether CSV is to begin with the mark by which spreadsheets know UTF-8: `bom=true`.
  /// - Throws: `Problem` 400
  public func wantsByteOrderMark() throws(Problem) -> Bool { try choice("bom") == Switch.true }
}
