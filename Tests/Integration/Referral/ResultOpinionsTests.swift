import Contracts
import Crypto
import FoundationEssentials
import HTTPServer
import Postgres
import Testing

@testable import Referral
@testable import ServiceKit

@Suite struct ResultOpinionsTests {
  private struct Shown: Decodable, Sendable, Equatable {
    struct Hiding: Decodable, Equatable { let code: String }
    let id: String
    let text: String?
    let hiding: Hiding?
    let proposedHiding: Hiding?
    let mine: Bool
  }

  private struct List: Decodable, Sendable {
    let items: [Shown]
    let next: String?
  }

  /// The routes over a case that a ministry has, or one that is still with the Committee.
  private struct Bench: Sendable {
    let bench: CaseBench
    let opinions: ResultOpinions
    let id: CaseID

    static func run(adopted: Bool = true, _ body: (Bench) async throws -> Void) async throws {
      try await CaseBench.run { bench in
        try await bench.submit(on: 0)
        try await bench.cross(on: 0)
        if adopted { try await bench.adopt(on: 1) }
        try await body(
          Bench(
            bench: bench, opinions: ResultOpinions(database: bench.database, clock: bench.cases.clock),
            id: try await bench.only().id))
      }
    }

    private func request(_ id: String, _ query: String? = nil, as subject: String?) -> Request {
      let caller = subject.map {
        Caller(
          claims: AccessTokenClaims(iss: "test", sub: $0, aud: ["forum"], exp: .max, iat: 0, roles: [], office: nil))
      }
      return Request(
        http: HTTPRequest(method: .get, path: "/", query: query, headers: [:], body: []), parameters: ["id": id],
        caller: caller)
    }

    private func read<Body: Decodable & SendableMetatype>(_ response: Response) throws -> Body {
      guard case .bytes(let bytes) = response.body else { throw NoRace(description: "no body") }
      return try JSON.decode(from: bytes)
    }

    @discardableResult func say(_ text: String, as member: String = "member") async throws -> Shown {
      try read(await opinions.say(request(id.description, as: member), ResultOpinionDraft(text: text)))
    }

    func list(_ query: String? = nil, of other: String? = nil, as reader: String? = nil) async throws -> List {
      try read(await opinions.list(request(other ?? id.description, query, as: reader)))
    }

    func hide(_ opinion: String, as staff: String) async throws -> Shown {
      try read(
        await opinions.hidings.propose(request(opinion, as: staff), HidingDraft(code: .offensive, explanation: nil)))
    }

    func confirm(_ opinion: String, as staff: String) async throws -> Shown {
      try read(await opinions.hidings.confirm(request(opinion, as: staff)))
    }

    func refuse(_ opinion: String, as staff: String) async throws -> Shown {
      try read(await opinions.hidings.refuse(request(opinion, as: staff)))
    }

    func restore(_ opinion: String, as staff: String) async throws -> Shown {
      try read(await opinions.hidings.restore(request(opinion, as: staff), RestorationDraft(reason: "인용입니다.")))
    }

    func waiting() async throws -> List { try read(await opinions.hidings.proposed(request("", as: "first"))) }
  }

  private func code<R>(_ body: () async throws -> R) async -> String? {
    do { _ = try await body() } catch { return (error as? Problem)?.code ?? "\(error)" }
    return nil
  }

  @Test func membersSayWhatTheyThinkOnceAMinistryHasTheCase() async throws {
    try await Bench.run(adopted: false) { bench in
      let refused = await code { try await bench.say("이르다") }
      #expect(refused == "no-results")
      let before = try await bench.list()
      #expect(before.items.isEmpty)
    }
    try await Bench.run { bench in
      for number in 0..<5 {
        bench.bench.move(to: 2 + Double(number / 2))
        try await bench.say("의견 \(number)")
      }
      var (query, texts): (String, [String]) = ("limit=2", [])
      while true {
        let page = try await bench.list(query)
        texts += page.items.compactMap(\.text)
        guard let next = page.next else { break }
        query = "limit=2&after=\(next)"
      }
      #expect(texts.count == 5 && Set(texts).count == 5 && texts.first == "의견 4")
      #expect(try await bench.list(as: "member").items.allSatisfy(\.mine))
      #expect(try await bench.list(as: "another").items.allSatisfy { !$0.mine })
      #expect(await code { try await bench.list(of: CaseID().description) } == "not-found")
      #expect(await code { try await bench.list("after=x") } == "bad-request")
    }
  }

  @Test func ofManyOpinionsOfOneMemberAtOnceNoMoreAreTakenThanTheRateAllows() async throws {
    try await Bench.run { bench in
      bench.bench.move(to: 2)
      for number in 0..<8 { try await bench.say("의견 \(number)") }
      // The foreign key needs the case's row, so all wait, each with its own view of how many there are.
      let codes = try await atOnce(
        4, on: "SELECT 1 AS one FROM referral_case WHERE id = \(bench.id) FOR UPDATE", of: bench.bench.database
      ) { number in await code { try await bench.say("급한 의견 \(number)") } }
      #expect(codes.compactMap { $0 } == ["too-many-opinions", "too-many-opinions"])
      #expect(try await bench.list("limit=100").items.count == 10)
      let other = await code { try await bench.say("다른 사람", as: "another") }
      #expect(other == nil)
    }
  }

  @Test func anOpinionIsHiddenByTwo() async throws {
    try await Bench.run { bench in
      let id = try await bench.say("욕설").id
      #expect(try await bench.hide(id, as: "first").proposedHiding?.code == "offensive")
      #expect(try await bench.list().items.first?.proposedHiding == nil)
      #expect(try await bench.waiting().items.map(\.id) == [id])
      #expect(await code { try await bench.hide(id, as: "second") } == "already-proposed")
      #expect(await code { try await bench.confirm(id, as: "first") } == "forbidden")
      #expect(await code { try await bench.refuse(id, as: "first") } == "forbidden")
      _ = try await bench.refuse(id, as: "second")
      #expect(await code { try await bench.confirm(id, as: "second") } == "nothing-proposed")
      _ = try await bench.hide(id, as: "first")
      _ = try await bench.confirm(id, as: "second")
      let hidden = try await bench.list().items
      #expect(hidden.first?.text == nil && hidden.first?.hiding?.code == "offensive" && hidden.count == 1)
      #expect(await code { try await bench.hide(id, as: "first") } == "gone")
      #expect(try await bench.restore(id, as: "first").text == "욕설")
      #expect(await code { try await bench.restore(id, as: "first") } == "not-hidden")
      #expect(await code { try await bench.hide(ResultOpinionID().description, as: "first") } == "not-found")
    }
  }

  @Test func ofAConfirmationAndARefusalAtOnceOneIsDone() async throws {
    try await Bench.run { bench in
      let id = try await bench.say("욕설").id
      _ = try await bench.hide(id, as: "first")
      let codes = try await atOnce(
        2, on: "SELECT 1 AS one FROM result_opinion WHERE case_id = \(bench.id) FOR UPDATE", of: bench.bench.database
      ) { number in
        await code {
          number == 0 ? try await bench.confirm(id, as: "second") : try await bench.refuse(id, as: "third")
        }
      }
      #expect(codes.compactMap { $0 } == ["nothing-proposed"])
      #expect(try await bench.waiting().items.isEmpty)
    }
  }
}
