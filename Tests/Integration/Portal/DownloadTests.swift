import FoundationEssentials
import HTTPServer
import Postgres
import Testing

@testable import ServiceKit

/// A download has its place and its connection until its time is over, and no longer.
@Suite struct DownloadTests {
  private static func dataset(_ value: Query, rows count: Int) -> Dataset {
    Dataset(
      "numbers", korean: "수", english: "Numbers",
      rows: "generate_series(1, \(count)) AS number WHERE true", time: "to_timestamp(number)",
      key: .number("number::bigint"), columns: [Column("value", .text, value, "값", "A value.")])
  }

  private static func begin(_ dataset: Dataset, _ database: Database, _ downloads: Downloads) async throws -> Response {
    let openData = OpenData([dataset], database: database, downloads: downloads)
    let request = HTTPRequest(method: .get, path: "/v1/open-data/downloads/numbers.csv")
    return try await openData.download("numbers.csv", Request(http: request, parameters: [:], caller: nil))
  }

  private static func withDownloads(seconds: Int, _ body: (Database, Downloads) async throws -> Void) async throws {
    try await withTestDatabase { _, configuration in
      // One connection in the pool: what is there beside it is a download's.
      let database = Database(configuration, maximumConnections: 1)
      let log = Log(service: "test", minimum: .error)
      try await body(database, Downloads(database: database, limit: 1, seconds: seconds, log: log))
      await database.close()
    }
  }

  @Test func aReaderWhoTakesNothingLosesTheDownloadAtItsEndTime() async throws {
    try await Self.withDownloads(seconds: 3) { database, downloads in
      let response = try await Self.begin(Self.dataset("number::text", rows: 5_000), database, downloads)
      guard case .transfer(let pieces) = response.body else { throw Problem.notFound("no transfer") }
      var (taken, isFree) = (0, false)
      await #expect(throws: (any Error).self) {
        for try await piece in pieces {
          taken += piece.count
          #expect(downloads.underWay == 1)
          // The reader does not take what it was given, and so nothing more is asked for.
          try await eventually { downloads.underWay == 0 }
          isFree = true
        }
      }
      #expect(taken > 0 && isFree)
      let next = try await Self.begin(Self.dataset("number::text", rows: 1), database, downloads)
      #expect(next.status == 200, "others have the place, though the slow reader is still there")
      withExtendedLifetime(response) {}
    }
  }

  @Test func rowsThatTheDatabaseTakesTooLongForEndTheDownloadAtItsEndTime() async throws {
    try await Self.withDownloads(seconds: 2) { database, downloads in
      let slow = Self.dataset("pg_sleep(30)::text", rows: 3)
      let began = ContinuousClock.now
      let response = try await Self.begin(slow, database, downloads)
      guard case .transfer(let pieces) = response.body else { throw Problem.notFound("no transfer") }
      await #expect(throws: (any Error).self) { for try await _ in pieces {} }
      #expect(ContinuousClock.now - began < .seconds(20))
      try await eventually { downloads.underWay == 0 }
    }
  }
}
