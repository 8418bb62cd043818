import Contracts
import Crypto
import FoundationEssentials
import HTTPClient
import HTTPServer
import Postgres
import Synchronization
import Testing

@testable import Referral
@testable import ServiceKit

@Suite struct RatingsTests {
  /// What happens once while it is asked whether somebody has voted.
  private final class Interlude: Sendable {
    private let next = Mutex<(@Sendable () async throws -> Void)?>(nil)

    func set(_ body: @escaping @Sendable () async throws -> Void) { next.withLock { $0 = body } }

    func play() async {
      let body = next.withLock { next in
        defer { next = nil }
        return next
      }
      do { try await body?() } catch { Issue.record(error) }
    }
  }

  /// The routes over a case that is answered, with stand-ins for intake and voting.
  private struct Bench: Sendable {
    let bench: CaseBench
    let ratings: Ratings
    let id: CaseID
    let interlude: Interlude

    private static func caller(_ subject: String) -> Caller {
      Caller(
        claims: AccessTokenClaims(iss: "test", sub: subject, aud: ["forum"], exp: .max, iat: 0, roles: [], office: nil))
    }

    private static func request(_ parameters: [String: String], _ query: String? = nil, as subject: String?) -> Request
    {
      Request(
        http: HTTPRequest(
          method: .get, path: "/", query: query, headers: ["authorization": "Bearer \(subject ?? "")"], body: []),
        parameters: parameters, caller: subject.map(caller))
    }

    @discardableResult
    func rate(_ score: Int, _ reason: String, _ subject: String = "answer", as citizen: String) async throws -> Shown {
      try Self.read(
        await ratings.rate(
          Self.request(["id": id.description, "subject": subject], as: citizen),
          RatingDraft(score: score, reason: reason)))
    }

    func list(_ query: String? = nil, of other: String? = nil) async throws -> ShownRatings {
      try Self.read(await ratings.list(Self.request(["id": other ?? id.description], query, as: nil)))
    }

    func results(of ministry: String) async throws -> ShownRatings {
      try Self.read(await ratings.results(Self.request(["ministry": ministry], as: nil)))
    }

    func hide(_ rating: String, as staff: String) async throws -> Shown {
      try Self.read(
        await ratings.hidings.propose(
          Self.request(["id": rating], as: staff), HidingDraft(code: .offensive, explanation: "욕설")))
    }

    func confirm(_ rating: String, as staff: String) async throws -> Shown {
      try Self.read(await ratings.hidings.confirm(Self.request(["id": rating], as: staff)))
    }

    func refuse(_ rating: String, as staff: String) async throws -> Shown {
      try Self.read(await ratings.hidings.refuse(Self.request(["id": rating], as: staff)))
    }

    func restore(_ rating: String, as staff: String) async throws -> Shown {
      try Self.read(
        await ratings.hidings.restore(Self.request(["id": rating], as: staff), RestorationDraft(reason: "인용입니다.")))
    }

    func waiting() async throws -> [Shown] {
      struct List: Decodable, SendableMetatype { let items: [Shown] }
      let list: List = try Self.read(await ratings.hidings.proposed(Self.request([:], as: "first")))
      return list.items
    }

    private static func read<Body: Decodable & SendableMetatype>(_ response: Response) throws -> Body {
      guard case .bytes(let bytes) = response.body else { throw NoRace(description: "no body") }
      return try JSON.decode(from: bytes)
    }

    func plan(as ministry: String, on days: Double) async throws {
      try await bench.act(
        "plan", by: .put, as: .ministry, of: ministry, on: days,
        headers: ["if-match": "\"\(try await bench.only().version)\""],
        #"{"milestones":[{"title":"노선","deliverable":"노선도","startsOn":"2026-12-01","endsOn":"2027-01-31"}]}"#)
    }

    func transfer(to other: String, on days: Double) async throws {
      try await bench.act(
        "transfer", as: .ministry, of: "molit", on: days, #"{"ministry":"\#(other)","reason":"소관"}"#)
      try await bench.act("acceptance", as: .ministry, of: other, on: days, #"{"department":"과"}"#)
    }

    /// The Ministry of Land, Infrastructure and Transport accepts the case on day 2, and answers it on day 3.
    static func run(answered: Bool = true, _ body: (Bench) async throws -> Void) async throws {
      let interlude = Interlude()
      // Whose name begins with v has voted, with s supports, and nobody else does either.
      let voting = HTTPServer(HTTPServerConfiguration()) { request in
        await interlude.play()
        let hasVoted = request.headers["authorization"]?.hasPrefix("Bearer v") == true
        return .init(
          status: 200, headers: [:], body: .bytes(Array(#"{"state":"\#(hasVoted ? "counted" : "none")"}"#.utf8)))
      }
      let intake = HTTPServer(HTTPServerConfiguration()) { request in
        let supports = request.headers["authorization"]?.hasPrefix("Bearer s") == true
        return .init(
          status: 200, headers: [:], body: .bytes(Array(#"{"given":\#(supports),"supporter":false}"#.utf8)))
      }
      try voting.start()
      try intake.start()
      let client = HTTPClient(connections: 8)
      try await CaseBench.run { bench in
        try await bench.submit(on: 0)
        try await bench.cross(on: 0)
        try await bench.adopt(on: 1)
        try await bench.act("acceptance", as: .ministry, of: "molit", on: 2, #"{"department":"버스정책과"}"#)
        if answered {
          try await bench.act(
            "answer", as: .ministry, of: "molit", on: 3,
            #"{"department":"버스정책과","signatory":"박과장","answer":"늘리겠습니다."}"#)
        }
        let participants = Participants(
          client: client, intake: "http://127.0.0.1:\(intake.port)", voting: "http://127.0.0.1:\(voting.port)",
          log: Log(service: "referral", minimum: .error))
        try await body(
          Bench(
            bench: bench,
            ratings: Ratings(
              database: bench.database, clock: bench.cases.clock, participants: participants,
              log: Log(service: "referral", minimum: .error)),
            id: try await bench.only().id, interlude: interlude))
      }
      client.close()
      await voting.drain(seconds: 0)
      await intake.drain(seconds: 0)
    }
  }

  private struct Shown: Decodable, Sendable, Equatable {
    struct Hiding: Decodable, Equatable { let code: String }
    let id: String
    let subject: String
    let score: Int
    let reason: String?
    let hiding: Hiding?
    let proposedHiding: Hiding?
  }

  private struct ShownRatings: Decodable, Sendable {
    struct Counts: Decodable, Equatable {
      let number: Int
      let mean: Double?
      let distribution: [Int]
    }
    let answer: Counts
    let implementation: Counts
    let items: [Shown]?
    let next: String?
  }

  private func code<R>(_ body: () async throws -> R) async -> String? {
    do { _ = try await body() } catch { return (error as? Problem)?.code ?? "\(error)" }
    return nil
  }

  @Test func aCitizenHasOneRatingOfEachSubjectAndMayChangeIt() async throws {
    try await Bench.run { bench in
      let first = try await bench.rate(2, "늦다", as: "voter")
      try await bench.rate(5, "좋다", as: "supporter")
      #expect(await code { try await bench.rate(5, "좋다", "implementation", as: "voter") } == "nothing-to-rate")
      #expect(await code { try await bench.rate(5, "좋다", "speed", as: "voter") } == "not-found")
      try await bench.plan(as: "molit", on: 4)
      try await bench.rate(4, "계획", "implementation", as: "voter")
      let changed = try await bench.rate(3, "이제 낫다", as: "voter")
      #expect(changed.id == first.id && changed.score == 3 && changed.reason == "이제 낫다")
      let list = try await bench.list()
      #expect(list.answer == .init(number: 2, mean: 4, distribution: [0, 0, 1, 0, 1]))
      #expect(list.implementation == .init(number: 1, mean: 4, distribution: [0, 0, 0, 1, 0]))
      let results = try await bench.results(of: "molit")
      #expect(results.answer == list.answer && results.implementation == list.implementation)
      #expect(try await bench.results(of: "me").answer == .init(number: 0, mean: nil, distribution: [0, 0, 0, 0, 0]))
      #expect(await code { try await bench.results(of: "nobody") } == "not-found")
      bench.bench.move(to: 95)
      #expect(await code { try await bench.rate(1, "늦게", as: "voter") } == "rating-over")
    }
  }

  @Test func whatTheOldMinistryDidIsNotRatedAsTheWorkOfTheNewOne() async throws {
    try await Bench.run(answered: false) { bench in
      try await bench.plan(as: "molit", on: 3)
      try await bench.bench.act(
        "milestones/1/reports", as: .ministry, of: "molit", on: 4, #"{"status":"limited","report":"시작"}"#)
      try await bench.rate(1, "늦다", "implementation", as: "voter")
      try await bench.transfer(to: "moe", on: 5)
      #expect(await code { try await bench.rate(2, "고친 말", "implementation", as: "voter") } == "nothing-to-rate")
      #expect(await code { try await bench.rate(2, "늦다", "implementation", as: "supporter") } == "nothing-to-rate")
      #expect(try await bench.results(of: "molit").implementation.distribution == [1, 0, 0, 0, 0])
      #expect(try await bench.results(of: "moe").implementation.number == 0)
      try await bench.plan(as: "moe", on: 6)
      try await bench.rate(5, "좋다", "implementation", as: "voter")
      #expect(try await bench.results(of: "moe").implementation.distribution == [0, 0, 0, 0, 1])
      #expect(try await bench.results(of: "molit").implementation.number == 0)
    }
  }

  @Test func aRatingOfAMinistryThatHandsTheCaseOnMeanwhileIsRefused() async throws {
    try await Bench.run(answered: false) { bench in
      try await bench.plan(as: "molit", on: 3)
      bench.interlude.set {
        try await bench.transfer(to: "moe", on: 4)
        try await bench.plan(as: "moe", on: 4)
      }
      #expect(await code { try await bench.rate(1, "늦다", "implementation", as: "voter") } == "ministry-changed")
      #expect(try await bench.list().implementation.number == 0)
      bench.interlude.set {
        try await bench.bench.act(
          "transfer", as: .ministry, of: "moe", on: 5, #"{"ministry":"molit","reason":"소관"}"#)
      }
      #expect(await code { try await bench.rate(1, "늦다", "implementation", as: "voter") } == "nothing-to-rate")
      #expect(try await bench.list().implementation.number == 0)
    }
  }

  @Test func whoIsNeitherSupporterNorVoterRatesNothing() async throws {
    try await Bench.run { bench in
      #expect(await code { try await bench.rate(1, "싫다", as: "nobody") } == "forbidden")
      let list = try await bench.list()
      #expect(list.answer.number == 0)
    }
  }

  @Test func reasonsComeInPagesAndNeverWithWhoGaveThem() async throws {
    try await Bench.run { bench in
      for number in 0..<5 {
        bench.bench.move(to: 4 + Double(number / 2))
        try await bench.rate(1 + number, "이유 \(number)", as: "voter-\(number)")
      }
      var (query, reasons): (String, [String]) = ("limit=2", [])
      while true {
        let page = try await bench.list(query)
        reasons += page.items?.compactMap(\.reason) ?? []
        guard let next = page.next else { break }
        query = "limit=2&after=\(next)"
      }
      #expect(reasons.count == 5 && Set(reasons).count == 5 && reasons.first == "이유 4")
      #expect(try await bench.list("subject=implementation").items == [])
      #expect(await code { try await bench.list("subject=speed") } == "bad-request")
      #expect(await code { try await bench.list("after=x") } == "bad-request")
      #expect(await code { try await bench.list(of: CaseID().description) } == "not-found")
      let response = try await bench.ratings.list(
        Request(
          http: HTTPRequest(method: .get, path: "/", headers: [:], body: []), parameters: ["id": bench.id.description],
          caller: nil))
      guard case .bytes(let bytes) = response.body else { return }
      let text = String(decoding: bytes, as: UTF8.self)
      for row in try await bench.bench.database.query("SELECT citizen FROM rating") {
        let citizen: CitizenID = try row["citizen"]
        #expect(!text.contains(citizen.description))
      }
    }
  }

  @Test func ofManyFirstRatingsOfOneCitizenAtOnceOneStays() async throws {
    try await Bench.run { bench in
      let shown = try await atOnce(
        4, on: "SELECT 1 AS one FROM referral_case WHERE id = \(bench.id) FOR UPDATE", of: bench.bench.database
      ) { try await bench.rate(1 + $0, "이유 \($0)", as: "voter") }
      #expect(Set(shown.map(\.id)).count == 1)
      let list = try await bench.list()
      #expect(list.answer.number == 1 && list.items?.count == 1)
    }
  }

  @Test func aReasonIsHiddenByTwoAndItsScoreStillCounts() async throws {
    try await Bench.run { bench in
      let id = try await bench.rate(1, "욕설", as: "voter").id
      #expect(try await bench.hide(id, as: "first").proposedHiding?.code == "offensive")
      #expect(try await bench.list().items?.first?.proposedHiding == nil, "nobody else holds it against them")
      #expect(try await bench.waiting().map(\.id) == [id])
      #expect(await code { try await bench.hide(id, as: "second") } == "already-proposed")
      #expect(await code { try await bench.confirm(id, as: "first") } == "forbidden")
      #expect(await code { try await bench.refuse(id, as: "first") } == "forbidden")
      _ = try await bench.refuse(id, as: "second")
      #expect(await code { try await bench.confirm(id, as: "second") } == "nothing-proposed")
      _ = try await bench.hide(id, as: "first")
      _ = try await bench.confirm(id, as: "second")
      let list = try await bench.list()
      #expect(list.items?.first?.reason == nil && list.items?.first?.hiding?.code == "offensive")
      #expect(list.answer.number == 1)
      #expect(try await bench.waiting().isEmpty)
      // Another text does not lead around the hiding.
      #expect(await code { try await bench.rate(1, "다른 욕설", as: "voter") } == "gone")
      #expect(await code { try await bench.hide(id, as: "first") } == "gone")
      #expect(try await bench.restore(id, as: "first").reason == "욕설")
      #expect(await code { try await bench.restore(id, as: "first") } == "not-hidden")
      #expect(try await bench.rate(2, "고친 말", as: "voter").reason == "고친 말")
      #expect(await code { try await bench.hide(RatingID().description, as: "first") } == "not-found")
    }
  }

  @Test func aChangedReasonIsNotHiddenForWhatItSaidBefore() async throws {
    try await Bench.run { bench in
      let id = try await bench.rate(1, "욕설", as: "voter").id
      _ = try await bench.hide(id, as: "first")
      try await bench.rate(1, "고친 말", as: "voter")
      #expect(await code { try await bench.confirm(id, as: "second") } == "nothing-proposed")
      #expect(try await bench.list().items?.first?.reason == "고친 말")
    }
  }

  @Test func ofAConfirmationAndARefusalAtOnceOneIsDone() async throws {
    try await Bench.run { bench in
      let id = try await bench.rate(1, "욕설", as: "voter").id
      _ = try await bench.hide(id, as: "first")
      let codes = try await atOnce(
        2, on: "SELECT 1 AS one FROM rating WHERE case_id = \(bench.id) FOR UPDATE", of: bench.bench.database
      ) { number in
        await code {
          number == 0 ? try await bench.confirm(id, as: "second") : try await bench.refuse(id, as: "third")
        }
      }
      #expect(codes.compactMap { $0 } == ["nothing-proposed"])
      #expect(try await bench.waiting().isEmpty)
    }
  }
}
