import Contracts
import FoundationEssentials
import HTTPServer
import Postgres
import ServiceKit

/// The pages, in the language of the reader.
struct Pages: Sendable {
  let database: Database
  let kept: KeptStatistics
  let site: Site
  let log: Log
  let clock: WallClock

  static let pageLength = 20

  /// `GET /?state=&after=&lang=`: the list, newest first; 400 for an unknown state or cursor.
  func list(_ request: Request) async throws -> Response {
    await page(for: request) { speech in
      let filter: Filter = try request.choice("state") ?? .all
      let after = try request.query("after").map(TimeCursor<Kinds.Proposal>.init)
      let found = try await database.facts(in: filter, after: after, Self.pageLength + 1)
      let page = Page(found, limit: Self.pageLength) { TimeCursor($0.listedAt, $0.proposal).text }
      return ListPage(speech: speech, filter: filter, after: after?.text, page: page).document
    }
  }

  /// `GET /proposals/{id}?lang=`: one proposal; 404 when nothing has been heard of it.
  func task(_ request: Request) async throws -> Response {
    await page(for: request) { speech in
      let id: ProposalID = try request.id()
      guard let facts = try await database.facts(of: id) else { throw Problem.notFound("There is no proposal \(id).") }
      let text = facts.isTextHidden ? nil : try await database.text(of: id)
      let history = try await database.history(of: id)
      let chain = try await database.chain(of: id).map(\.hold)
      let record = try await database.caseRecord(of: id)
      return TaskPage(
        speech: speech, facts: facts, text: text, history: history, chain: chain, record: record, now: clock.now
      ).document
    }
  }

  /// `GET /statistics?year=&lang=`: the indicators with their definitions; 400 for an unknown year,
  /// 503 while too many periods are being counted.
  func statistics(_ request: Request) async throws -> Response {
    await page(for: request) { speech in
      let year = request.query("year") == nil ? nil : try request.query("year", default: 0, in: Period.years)
      let statistics = try await kept.statistics(
        of: year.map(Period.init(year:)) ?? Period(since: nil, until: nil))
      let this = KoreanTime(clock.now).year
      return StatisticsPage(
        speech: speech, year: year, years: Array((min(statistics.firstYear ?? this, this)...this).suffix(10)),
        figures: statistics.figures
      ).document
    }
  }

  /// Every other address: 404.
  func notFound(_ request: Request) async throws -> Response {
    await page(for: request) { _ in throw Problem.notFound("Nothing is served at this address.") }
  }

  /// Answers with a page, also where the request is refused: people read this.
  private func page(for request: Request, _ body: (Speech) async throws -> Document) async -> Response {
    let speech = Speech(request)
    do {
      var document = try await body(speech)
      document.notice = try await database.delayNotice()
      return site.response(document, speech)
    } catch {
      let problem = Problem(error, at: request.http.path, log)
      return site.response(ErrorPage(speech: speech, problem: problem).document, speech, problem)
    }
  }
}
