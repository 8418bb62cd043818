import Contracts
import FoundationEssentials
import HTTPServer
import Postgres
import ServiceKit

/// What the portal gives away: datasets, files, feeds, statistics, and the chain of custody of a task.
struct OpenDataRoutes: Sendable {
  let database: Database
  let openData: OpenData
  let kept: KeptStatistics
  let publicURL: String
  let clock: WallClock

  var all: [Route] {
    let base = OpenData.address
    let own: [Route] = [
      .get(base, for: .everyone, catalogue),
      .get("\(base)/downloads/{file}", for: .everyone, download),
      .get("\(base)/feed", for: .everyone) { try await feed($0, of: .everything) },
      .get("\(base)/offices/{office}/feed", for: .everyone, feedOfOffice),
      .get("\(base)/statistics", for: .everyone, statistics),
      .get("\(base)/tasks/{id}/custody", for: .everyone, custody),
      .get("\(base)/tasks/{id}/feed", for: .everyone, feedOfTask),
    ]
    return own.map { $0.openToOtherSites() } + openData.routes
  }

  /// `GET /v1/open-data`: what there is.
  private func catalogue(_ request: Request) async throws -> Response {
    OpenData.known(try JSON.encode(Catalogue(Dataset.ofThePortal)), type: "application/json", to: request)
  }

  /// `GET /v1/open-data/downloads/{file}`: a dataset as a file, or `statistics.csv`.
  private func download(_ request: Request) async throws -> Response {
    let file = request.parameters["file"] ?? ""
    guard file == "statistics.csv" else {
      guard request.query("year") == nil else { throw Problem.badRequest("year is for the statistics.") }
      return try await openData.download(file, request)
    }
    let mark = try request.wantsByteOrderMark() ? CSV.byteOrderMark : []
    let figures = try await kept.statistics(of: try Period(request)).figures
    var response = OpenData.known(
      mark + StatisticsView.csv(figures), type: "text/csv; charset=utf-8; header=present", to: request)
    response.headers["content-disposition"] = "attachment; filename=\"forum-statistics.csv\""
    return response
  }

  /// `GET /v1/open-data/statistics?year=&since=&until=`: all indicators with their definitions. 400,
  /// 503 while too many periods are being counted.
  private func statistics(_ request: Request) async throws -> Response {
    let period = try Period(request)
    let view = StatisticsView(try await kept.statistics(of: period).figures, in: period)
    return OpenData.known(try JSON.encode(view), type: "application/json", to: request)
  }

  /// `GET /v1/open-data/tasks/{id}/custody`: who had the task, in the order of time. 404.
  private func custody(_ request: Request) async throws -> Response {
    let id: ProposalID = try request.id()
    guard let facts = try await database.facts(of: id) else { throw Problem.notFound("There is no task \(id).") }
    let view = CustodyView(facts, try await database.chain(of: id), at: clock.now)
    return OpenData.known(try JSON.encode(view), type: "application/json", to: request)
  }

  /// `GET /v1/open-data/tasks/{id}/feed?lang=`: what happened to a task. 404.
  private func feedOfTask(_ request: Request) async throws -> Response {
    let id: ProposalID = try request.id()
    guard let facts = try await database.facts(of: id) else { throw Problem.notFound("There is no task \(id).") }
    return try await feed(request, of: .task(id, title: facts.isTextHidden ? nil : facts.title))
  }

  /// `GET /v1/open-data/offices/{office}/feed?lang=`: what happened to tasks while an office had them. 404.
  private func feedOfOffice(_ request: Request) async throws -> Response {
    guard let name = request.parameters["office"], Holder(name: name) != nil else {
      throw Problem.notFound("There is no such office.")
    }
    return try await feed(request, of: .office(name))
  }

  private func feed(_ request: Request, of scope: AtomFeed.Scope) async throws -> Response {
    let entries = try await database.entries(of: scope, AtomFeed.length)
    // An address stands for one language: readers of feeds send no wishes.
    let speech = Speech(try request.choice("lang") ?? .korean, isChosen: true)
    let feed = AtomFeed(publicURL: publicURL, speech: speech, scope: scope, entries: entries)
    return OpenData.known(Array(feed.document.text.utf8), type: AtomFeed.mediaType, to: request)
  }
}
