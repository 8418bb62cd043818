import Contracts
import FoundationEssentials
import HTTPServer
import Postgres
import Testing

@testable import Portal
@testable import ServiceKit

/// What the datasets hold is what the pages show, and nothing that these hide.
@Suite struct OpenDataTests {
  private struct Page: Decodable {
    struct Item: Decodable {
      let id: String?
      let task: String?
      let state: String?
      let title: String?
      let yes: Int?
      let offset: Int64?
      let kind: String?
      let holder: String?
      let step: String?
      let lateDays: Int?
    }
    let items: [Item]
    let next: String?
  }

  private func routes(_ database: Database, downloads: Int = 2) -> (OpenDataRoutes, Downloads) {
    let downloads = Downloads(
      database: database, limit: downloads, seconds: 60, log: Log(service: "test", minimum: .error))
    let openData = OpenData(Dataset.ofThePortal, database: database, downloads: downloads)
    return (
      OpenDataRoutes(
        database: database, openData: openData, kept: KeptStatistics(database: database, clock: .system),
        publicURL: "https://forum.example", clock: .system),
      downloads
    )
  }

  private func answer(_ routes: OpenDataRoutes, _ path: String, _ query: String? = nil) async throws -> HTTPResponse {
    guard case .found(let index, let parameters) = Router(routes.all).match(.get, "/v1/open-data/" + path) else {
      throw Problem.notFound(path)
    }
    let request = HTTPRequest(method: .get, path: "/v1/open-data/" + path, query: query)
    return try await routes.all[index].handler(Request(http: request, parameters: parameters, caller: nil))
  }

  private func page(_ routes: OpenDataRoutes, _ path: String, _ query: String? = nil) async throws -> Page {
    guard case .bytes(let bytes) = try await answer(routes, path, query).body else { throw Problem.notFound(path) }
    return try JSON.decode(from: bytes)
  }

  private func text(_ response: HTTPResponse) async throws -> String {
    switch response.body {
    case .bytes(let bytes): return String(decoding: bytes, as: UTF8.self)
    case .stream: return ""
    case .transfer(let pieces):
      var bytes: [UInt8] = []
      for try await piece in pieces { bytes += piece }
      return String(decoding: bytes, as: UTF8.self)
    }
  }

  @Test func everyDatasetIsReadPageByPageAndWholeWithTheSameRows() async throws {
    try await withTestDatabase(schema: "portal", migrations: Portal.Migrations.all) { database, _ in
      for number in 0..<5 { try await PortalSample(number).tell(to: database) }
      let (routes, _) = routes(database)
      for dataset in Dataset.ofThePortal {
        var ids: [String] = []
        var query = "limit=2"
        while true {
          let page = try await page(routes, dataset.name, query)
          ids += page.items.compactMap { $0.id ?? $0.task }
          guard let next = page.next else { break }
          query = "limit=2&after=\(next)"
        }
        #expect(!ids.isEmpty && Set(ids).count == ids.count, "\(dataset.name)")
        let lines = try await text(answer(routes, "downloads/\(dataset.name).jsonl")).split(separator: "\n")
        #expect(
          try lines.map { try JSON.decode(Page.Item.self, from: Array($0.utf8)) }.compactMap { $0.id ?? $0.task } == ids
        )
        let csv = try await text(answer(routes, "downloads/\(dataset.name).csv"))
        #expect(csv.hasPrefix(dataset.columns.map(\.name).joined(separator: ",") + "\r\n"))
      }
    }
  }

  @Test func whatThePagesHideIsInNoDataset() async throws {
    try await withTestDatabase(schema: "portal", migrations: Portal.Migrations.all) { database, _ in
      var hidden = PortalSample(1)
      (hidden.title, hidden.isOffensive, hidden.hidesTally) = ("비밀제목", true, true)
      try await hidden.tell(to: database)
      var gathering = PortalSample(2)
      (gathering.title, gathering.isGathering) = ("비밀모집", true)
      try await gathering.tell(to: database)
      let (routes, _) = routes(database)
      for dataset in Dataset.ofThePortal {
        let whole = try await text(answer(routes, "downloads/\(dataset.name).csv"))
        #expect(!whole.contains("비밀") && !whole.contains("7777"), "\(dataset.name)")
        #expect(!whole.contains(gathering.id.description), "\(dataset.name)")
        if dataset.name == "tallies" { #expect(!whole.contains(hidden.id.description)) }
      }
      for path in ["feed", "tasks/\(hidden.id)/feed"] {
        #expect(!(try await text(answer(routes, path)).contains("비밀")))
      }
      await #expect(throws: Problem.self) { try await answer(routes, "tasks/\(gathering.id)/custody") }
      await #expect(throws: Problem.self) { try await answer(routes, "tasks/\(gathering.id)/feed") }
      // A reader of the page and a reader of the data see the same.
      let facts = try #require(try await database.facts(of: hidden.id))
      let shown = try await page(routes, "tasks").items
      #expect(shown.map(\.state) == [facts.state.rawValue] && shown[0].title == nil && facts.tally == nil)
    }
  }

  @Test func filtersCutTheRowsDown() async throws {
    try await withTestDatabase(schema: "portal", migrations: Portal.Migrations.all) { database, _ in
      let (one, two) = (PortalSample(1), PortalSample(2, ministry: "moe"))
      try await one.tell(to: database)
      try await two.tell(to: database)
      let (routes, _) = routes(database)
      for (path, query, count) in [
        ("tasks", "state=assigned", 2), ("tasks", "state=open", 0), ("tasks", "category=transport", 2),
        ("tasks", "category=animals", 0), ("tasks", "office=moe", 1), ("tasks", "office=committee", 0),
        ("cases", "office=molit", 1), ("votes", "state=open", 2), ("votes", "state=closed", 0),
        ("holds", "task=\(one.id)&state=open", 1), ("holds", "office=moe&late=true", 1),
        ("holds", "step=review", 2), ("events", "kind=assigned", 2), ("events", "task=\(two.id)&kind=opened", 1),
        ("events", "office=molit&kind=received", 0), ("events", "office=molit", 1),
        ("events", "since=2100-01-01", 0), ("tasks", "since=2026-01-01&until=2100-01-01", 2),
      ] {
        #expect(try await page(routes, path, query).items.count == count, "\(path) \(query)")
      }
      for query in ["state=nowhere", "office=nobody", "since=x", "limit=101", "after=x"] {
        await #expect(throws: Problem.self, "\(query)") { try await answer(routes, "tasks", query) }
      }
    }
  }

  /// In whole milliseconds: a time that was stored may differ in the last bit.
  private static func told(_ hold: Portal.Hold) -> String {
    let times = [hold.since, hold.until, hold.dueAt].map { $0.map(JSON.timestamp) ?? "-" }
    return ([hold.holder, hold.step.rawValue] + times + [hold.begunBy, hold.endedBy].map { $0?.uuidString ?? "-" })
      .joined(separator: " ")
  }

  @Test func theChainNamesThePlacesOfItsEvents() async throws {
    try await withTestDatabase(schema: "portal", migrations: Portal.Migrations.all) { database, _ in
      let sample = PortalSample(1)
      try await sample.tell(to: database)
      let chain = try await database.chain(of: sample.id)
      let made = Chain(try await database.chainEvents(of: sample.id)).holds
      #expect(chain.map { Self.told($0.hold) } == made.map(Self.told))
      #expect(chain.last?.hold.holder == "molit" && chain.last?.begun.type == CaseAssigned.type)
      #expect(chain.last?.begun.position?.topic == "forum.referrals")
      #expect(zip(chain, chain.dropFirst()).allSatisfy { $0.ended?.event == $1.begun.event })
      try await database.execute("UPDATE task SET chain_edition = 0")
      try await database.execute("DELETE FROM hold")
      try await database.renewChains()
      #expect(try await database.chain(of: sample.id) == chain, "an earlier edition's chains are made anew")
    }
  }

  @Test func aDownloadIsOneMomentOfTheDatabase() async throws {
    try await withTestDatabase(schema: "portal", migrations: Portal.Migrations.all) { database, _ in
      try await database.execute(
        """
        INSERT INTO task (proposal, opened_at, opens_at, tally_version, yes, no, yes_bar, counted_at)
        SELECT gen_random_uuid(), now(), now(), 1, 1, 1, 1, now() - number * interval '1 second'
        FROM generate_series(1, 2000) AS number
        """)
      let (routes, downloads) = routes(database)
      let response = try await answer(routes, "downloads/tallies.csv")
      guard case .transfer(let pieces) = response.body else { throw Problem.notFound("no transfer") }
      var rows = 0
      for try await piece in pieces {
        // Between two pieces everything changes.
        if rows == 0 { try await database.execute("UPDATE task SET yes = 2, tally_hidden = true") }
        let lines = String(decoding: piece, as: UTF8.self).split(separator: "\r\n")
        #expect(lines.dropFirst(rows == 0 ? 1 : 0).allSatisfy { $0.contains(",1,1,1,1,false,") })
        rows += lines.count
      }
      #expect(rows == 2_001)
      #expect(downloads.underWay == 0)
    }
  }

  @Test func onlySoManyDownloadsAreUnderWayAndEachGivesItsPlaceBack() async throws {
    try await withTestDatabase(schema: "portal", migrations: Portal.Migrations.all) { database, _ in
      try await PortalSample(1).tell(to: database)
      let (routes, downloads) = routes(database, downloads: 1)
      func begin() async throws -> HTTPResponse { try await answer(routes, "downloads/events.csv") }
      var held: HTTPResponse? = try await begin()
      #expect(held?.status == 200 && downloads.underWay == 1)
      do {
        _ = try await begin()
        Issue.record("a second one was begun")
      } catch let problem as Problem {
        #expect(problem.status == 503 && problem.retryAfter != nil)
      }
      held = nil  // the client has left without reading
      #expect(downloads.underWay == 0)
      #expect(try await text(begin()).hasPrefix("id,"))
      #expect(downloads.underWay == 0, "read to its end")
      try await eventually {
        let row = try await database.one(
          "SELECT count(*) AS open FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'")
        return try row?["open"] == 0
      }
    }
  }

  @Test func aDownloadThatTheDatabaseBreaksOffThrows() async throws {
    try await withTestDatabase(schema: "portal", migrations: Portal.Migrations.all) { database, _ in
      try await database.execute(
        """
        INSERT INTO task (proposal, opened_at, opens_at, tally_version, yes, no, yes_bar, counted_at)
        SELECT gen_random_uuid(), now(), now(), 1, 1, 1, 1, now() FROM generate_series(1, 2000)
        """)
      let (routes, downloads) = routes(database)
      let response = try await answer(routes, "downloads/tallies.jsonl")
      guard case .transfer(let pieces) = response.body else { throw Problem.notFound("no transfer") }
      await #expect(throws: (any Error).self) {
        for try await _ in pieces {
          try await database.execute(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND state = 'idle in transaction'
            """)
        }
      }
      withExtendedLifetime(downloads) {}
    }
  }
}
