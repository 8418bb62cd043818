import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

extension Cases {
  /// `GET /v1/cases?ministry=&holder=&state=&category=&proposal=&late=&limit=&after=`: newest first. 400 for an unknown word or
  /// cursor.
  func list(_ request: Request) async throws -> Response {
    let limit = try request.query("limit", default: 20, in: 1...100)
    let now = clock.now
    let found = try await database.cases(
      try CaseFilter(request, at: now), after: try request.query("after").map(TimeCursor.init), limit + 1)
    let page = Page(found, limit: limit) { TimeCursor($0.receivedAt, $0.id).text }
    return try .json(page.map { CaseSummary($0, at: now) }, cache: .seconds(1))
  }

  /// `GET /v1/cases/{id}`: with everything on record. 404 when there is no such case.
  func read(_ request: Request) async throws -> Response {
    let found = try await database.singleCase(try request.id())
    return try .json(CaseDetail(found, at: clock.now), cache: .seconds(1)).tagged(found.version)
  }

  /// `GET /v1/cases/{id}/timeline?limit=&after=`: what was told of it, oldest first. 404 when there is no such case.
  func timeline(_ request: Request) async throws -> Response {
    let limit = try request.query("limit", default: 100, in: 1...100)
    let after = try request.query("after", default: 0, in: 0...Int(Int32.max))
    let id: CaseID = try request.id()
    let entries = try await database.entries(of: id, after: Int32(after), limit + 1)
    if entries.isEmpty { _ = try await database.singleCase(id) }
    let page = Page(entries, limit: limit) { String($0.number) }
    return try .json(page.map(EntryView.init), cache: .seconds(1))
  }

  /// `GET /v1/ministries`: all on one page, with the topic that each can subscribe to.
  func ministries(_ request: Request) async throws -> Response {
    let counts = try await database.ministryCounts()
    let views = counts.compactMap { count in
      Ministry.named(count.slug).map { MinistryView(count, topic: Topics.referrals(to: $0)) }
    }
    return try .json(Page(views, limit: views.count) { $0.slug }, cache: .seconds(1))
  }
}

extension CaseFilter {
  /// By the query string.
  /// - Throws: `Problem` 400
  fileprivate init(_ request: Request, at now: Date) throws(Problem) {
    if let slug = request.query("ministry") {
      guard let known = Ministry.named(slug) else { throw .badRequest("There is no such ministry.") }
      ministry = known
    }
    if let name = request.query("holder") {
      guard let known = Holder(name: name) else { throw .badRequest("Nobody of that name can hold a case.") }
      holder = known
    }
    if let text = request.query("proposal") {
      guard let id = ProposalID(text) else { throw .badRequest("proposal must be an identifier.") }
      proposal = id
    }
    state = try request.choice("state")
    category = try request.choice("category")
    switch request.query("late") {
    case nil: break
    case "true": lateAt = now
    default: throw .badRequest("late can only be true.")
    }
  }
}

/// An entry of a case's timeline as the API shows it.
struct EntryView: Encodable, Sendable {
  let number: Int32
  let type: String
  let at: Date
  let data: JSONValue?

  init(_ entry: Entry) throws {
    number = entry.number
    type = entry.type
    at = entry.at
    data = try entry.data.map { try JSON.decode(from: Array($0.text.utf8)) }
  }
}

/// A ministry as the API shows it.
struct MinistryView: Encodable, Sendable {
  let slug: String
  let korean: String
  let english: String
  let topic: String
  let cases: Int

  init(_ count: MinistryCount, topic: Topic) {
    slug = count.slug
    korean = count.korean
    english = count.english
    self.topic = topic.name
    cases = count.cases
  }
}
