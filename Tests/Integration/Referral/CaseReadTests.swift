import Contracts
import FoundationEssentials
import HTTPServer
import Postgres
import Testing

@testable import Referral
@testable import ServiceKit

/// Cases as everybody can read them.
@Suite struct CaseReadTests {
  @Test func aCaseIsReadAsItWasAtOneMoment() async throws {
    try await CaseBench.run { bench in
      try await bench.cross(on: 0)
      let before = try await bench.only()
      let later = try #require(before.hold).dueAt.addingTimeInterval(86_400)
      let read = try await bench.database.withConnection { connection in
        try await connection.execute("BEGIN")
        try await connection.execute("LOCK TABLE case_hold IN ACCESS EXCLUSIVE MODE")
        try await connection.execute("UPDATE referral_case SET version = 2")
        try await connection.execute("UPDATE case_hold SET due_at = \(later)")
        async let read = bench.database.singleCase(before.id)
        // The reader has seen the case, and waits for its holds.
        try await connection.awaitWaiting(1)
        try await connection.execute("COMMIT")
        return try await read
      }
      #expect(read.version == 1 && read.hold?.dueAt == before.hold?.dueAt)
      let after = try await bench.database.singleCase(before.id)
      #expect(after.version == 2 && after.hold?.dueAt == later)
    }
  }

  private static func body(_ response: HTTPResponse) -> String {
    guard case .bytes(let bytes) = response.body else { return "" }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func request(_ query: String? = nil, _ parameters: [String: String] = [:]) -> Request {
    Request(http: HTTPRequest(method: .get, path: "/", query: query), parameters: parameters, caller: nil)
  }

  private struct Listed: Decodable {
    struct Item: Decodable {
      let id: CaseID
      let proposal: ProposalID
      let state: String
    }
    let items: [Item]
    let next: String?
  }

  private static func list(_ bench: CaseBench, _ query: String) async throws -> Listed {
    try JSON.decode(from: Array(body(try await bench.cases.list(request(query))).utf8))
  }

  @Test func casesAndMinistriesAreListed() async throws {
    try await CaseBench.run { bench in
      try await bench.submit(on: 0)
      try await bench.cross(on: 0)
      try await bench.adopt(on: 0)
      let other = CaseBench(bench.database)
      try await other.cross(on: 1)
      let page = try await Self.list(bench, "limit=1")
      let next = try await Self.list(bench, "after=\(try #require(page.next))")
      #expect((page.items + next.items).map(\.state) == ["received", "assigned"])
      for (query, proposal) in [
        ("ministry=molit", bench.proposal), ("holder=molit", bench.proposal), ("holder=committee", other.proposal),
        ("state=assigned", bench.proposal), ("proposal=\(other.proposal)", other.proposal),
      ] {
        #expect(try await Self.list(bench, query).items.map(\.proposal) == [proposal], "\(query)")
      }
      #expect(try await Self.list(bench, "category=jobs").items.isEmpty)
      #expect(try await Self.list(bench, "late=true").items.isEmpty)
      try await other.lose(crossing: 1, on: 400)
      bench.move(to: 400)
      #expect(try await Self.list(bench, "late=true").items.map(\.proposal) == [bench.proposal])
      #expect(try await bench.database.cases(CaseFilter(), after: nil, 10).allSatisfy { $0.dossier == Dossier() })
      let id = try #require(next.items.first).id.description
      let one = try await bench.cases.read(Self.request(nil, ["id": id]))
      #expect(one.headers["etag"] == "\"7\"")
      #expect(Self.body(one).contains(#""ministry":{"english":"Ministry of Land, Infrastructure and Transport""#))
      let timeline = Self.body(try await bench.cases.timeline(Self.request("limit=2&after=1", ["id": id])))
      #expect(timeline.contains("members-assigned") && timeline.contains(#""next":"3""#))
      let ministries = Self.body(try await bench.cases.ministries(Self.request()))
      #expect(ministries.contains(#""slug":"molit","topic":"forum.referrals.molit""#))
      #expect(ministries.split(separator: "korean").count == Ministry.all.count + 1)
      for query in ["ministry=none", "holder=none", "state=lost", "late=maybe", "proposal=1", "category=none"] {
        await #expect(throws: Problem.self) { try await bench.cases.list(Self.request(query)) }
      }
      for read in [bench.cases.read, bench.cases.timeline] {
        await #expect { _ = try await read(Self.request(nil, ["id": CaseID().description])) } throws: {
          ($0 as? Problem)?.status == 404
        }
      }
    }
  }
}
