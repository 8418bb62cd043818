import Contracts
import Crypto
import FoundationEssentials
import HTTPServer
import Postgres
import Testing

@testable import Intake
@testable import ServiceKit

// Testing has one too.
private typealias Attachment = Intake.Attachment

/// Files of drafts and proposals, on real PostgreSQL.
@Suite struct AttachmentStoreTests {
  private struct Shown: Decodable, Equatable {
    let number: Int
    let name: String
    let type: String
    let size: Int
    let sha256: String
  }
  private struct List: Decodable { let items: [Shown] }

  private static let pdf = Array("%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\nstartxref\n9\n%%EOF\n".utf8)

  private static func with<R: Sendable>(
    _ body: (Attachments, Drafts, DraftID) async throws -> R
  ) async throws -> R {
    try await IntakeFixture.withDatabase { database in
      let clock = WallClock { IntakeFixture.now }
      let drafts = Drafts(database: database, clock: clock, gate: GateRule(needed: 0, days: 30), days: 90)
      return try await body(Attachments(database: database, clock: clock), drafts, try await draft(drafts))
    }
  }

  private struct Made: Decodable { let id: DraftID }

  private static func draft(_ drafts: Drafts) async throws -> DraftID {
    let text = DraftText(title: "밤 버스", summary: "더 자주", body: "늘려 주십시오.", category: "transport")
    let made: Made = try IntakeFixture.decoded(try await drafts.create(IntakeFixture.request(), text))
    return made.id
  }

  private static func request(
    _ draft: DraftID, number: Int? = nil, by subject: String = "citizen", query: String? = nil,
    headers: HTTPHeaders = [:], body: [UInt8] = []
  ) -> Request {
    var parameters = ["id": "\(draft)"]
    if let number { parameters["number"] = "\(number)" }
    return IntakeFixture.request(parameters, by: subject, query: query, headers: headers, body: body)
  }

  private static func add(_ attachments: Attachments, _ draft: DraftID, _ name: String = "a.pdf") async throws
    -> Response
  {
    try await attachments.add(request(draft, query: "name=\(name)", body: pdf))
  }

  private static func list(_ attachments: Attachments, _ draft: DraftID) async throws -> [Shown] {
    try IntakeFixture.decoded(try await attachments.listOfDraft(request(draft)), as: List.self).items
  }

  @Test func theFilesOfADraftGoWithItToTheProposal() async throws {
    try await Self.with { attachments, drafts, draft in
      let added = try await Self.add(attachments, draft, "%EA%B3%84%ED%9A%8D")
      #expect(added.status == 201 && added.headers["location"] == "/v1/drafts/\(draft)/attachments/1")
      _ = try await Self.add(attachments, draft, "b.pdf")
      let expected = Shown(
        number: 1, name: "계획.pdf", type: "application/pdf", size: Self.pdf.count, sha256: Hex.encode(sha256(Self.pdf)))
      #expect(try await Self.list(attachments, draft).first == expected)
      _ = try await attachments.delete(Self.request(draft, number: 2))
      let response = try await drafts.submit(Self.request(draft, headers: ["if-match": "\"1\""]))
      struct Filed: Decodable {
        let id: ProposalID
        let fingerprint: String
        let attachments: [PublishedFile]
      }
      let proposal: Filed = try IntakeFixture.decoded(response)
      let published = PublishedFile(
        number: 1, name: expected.name, type: expected.type, size: expected.size, sha256: expected.sha256)
      let fingerprint = try CanonicalText(
        title: "밤 버스", summary: "더 자주", body: "늘려 주십시오.", category: .transport, reference: nil,
        attachments: [published]
      ).fingerprint()
      #expect(proposal.attachments == [published] && proposal.fingerprint == fingerprint)
      let row = try #require(try await drafts.database.one("SELECT payload FROM outbox"))
      let event: ProposalSubmitted = try JSON.decode(from: try row["payload"])
      #expect(event.attachments == [published] && event.fingerprint == fingerprint)
      let read = try await drafts.database.transaction { try await $0.proposal(proposal.id, locked: true) }
      #expect(try read.attachments == [published] && read.text.fingerprint(with: read.attachments) == fingerprint)
      let parameters = ["id": "\(proposal.id)", "number": "1"]
      let list: List = try IntakeFixture.decoded(
        try await attachments.listOfProposal(IntakeFixture.request(parameters)))
      #expect(list.items == [expected])
      let file = try await attachments.readOfProposal(IntakeFixture.request(parameters))
      guard case .bytes(let bytes) = file.body else { throw PostgresError(sqlState: "", message: "no bytes") }
      #expect(bytes == Self.pdf && file.headers["content-type"] == "application/pdf")
      #expect(file.headers["content-disposition"]?.hasPrefix("attachment;") == true)
      #expect(file.headers["x-content-type-options"] == "nosniff")
      #expect(file.headers["repr-digest"] == "sha-256=:\(Base64.encode(sha256(Self.pdf))):")
      let tag = try #require(file.headers["etag"])
      let known = IntakeFixture.request(parameters, headers: ["if-none-match": tag])
      #expect(try await attachments.readOfProposal(known).status == 304)
      // A text that is hidden hides them.
      try await drafts.database.execute(
        "UPDATE proposal SET state = 'rejected', rejection_code = 'offensive', rejection_explanation = ''")
      #expect(
        try await IntakeFixture.status { try await attachments.readOfProposal(IntakeFixture.request(parameters)) }
          == 404)
      let hidden: List = try IntakeFixture.decoded(
        try await attachments.listOfProposal(IntakeFixture.request(parameters)))
      #expect(hidden.items.isEmpty)
    }
  }

  @Test func noMoreThanThreeAreTakenHoweverManyComeAtOnce() async throws {
    try await Self.with { attachments, drafts, draft in
      let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<8 { group.addTask { try await IntakeFixture.status { try await Self.add(attachments, draft) } } }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(statuses.sorted() == [201, 201, 201, 409, 409, 409, 409, 409])
      #expect(try await Self.list(attachments, draft).map(\.number) == [1, 2, 3])
      _ = try await attachments.delete(Self.request(draft, number: 2))
      #expect(try await Self.add(attachments, draft).status == 201)
      #expect(try await Self.list(attachments, draft).map(\.number) == [1, 2, 3])
    }
  }

  @Test func aCitizensDraftsHaveOnlySoManyTogether() async throws {
    try await Self.with { attachments, drafts, _ in
      for _ in 0..<Attachment.draftsLimit / Attachment.limit {
        let draft = try await Self.draft(drafts)
        for _ in 0..<Attachment.limit { #expect(try await Self.add(attachments, draft).status == 201) }
      }
      let further = try await Self.draft(drafts)
      #expect(try await IntakeFixture.status { try await Self.add(attachments, further) } == 409)
    }
  }

  @Test func toAnybodyElseThereIsNoSuchFile() async throws {
    try await Self.with { attachments, drafts, draft in
      _ = try await Self.add(attachments, draft)
      let stranger = Self.request(draft, number: 1, by: "stranger", query: "name=a", body: Self.pdf)
      for attempt in [attachments.add, attachments.listOfDraft, attachments.readOfDraft, attachments.delete] {
        #expect(try await IntakeFixture.status { try await attempt(stranger) } == 404)
      }
      for number in ["0", "4", "x", "-1", "99999999999999999999"] {
        let request = IntakeFixture.request(["id": "\(draft)", "number": number])
        #expect(try await IntakeFixture.status { try await attachments.readOfDraft(request) } == 404)
      }
      // With the draft goes what it had.
      _ = try await drafts.delete(Self.request(draft))
      #expect(try await drafts.database.query("SELECT number FROM attachment").isEmpty)
    }
  }
}
