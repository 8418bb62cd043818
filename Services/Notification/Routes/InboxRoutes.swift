import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

/// What citizens were told, whether they left a mail address or not.
struct Inbox: Sendable {
  let database: Database
  let clock: WallClock

  /// The body of a reading.
  struct Reading: Decodable, Sendable { let through: InboxEntryID }

  /// `GET /v1/inbox?after=&limit=&show=unread&lang=`: newest first, with the number of all that is unread. Without
  /// `lang` in the language of the caller's contact, or in Korean.
  func list(_ request: Request) async throws -> Response {
    let citizen = try request.authenticated().citizen
    let limit = try request.query("limit", default: 20, in: 1...100)
    let selection: Selection = try request.choice("show") ?? .all
    let place = try await place(after: request.query("after"), of: citizen)
    var language: Language? = try request.choice("lang")
    if language == nil { language = try await database.contact(of: citizen)?.language }
    let entries = try await database.inbox(
      of: citizen, in: language ?? .korean, onlyUnread: selection == .unread, after: place, limit + 1)
    let page = Page(entries, limit: limit) { "\($0.id)" }.map(InboxEntryView.init)
    return try .json(
      InboxView(items: page.items, next: page.next, unread: try await database.unread(of: citizen)))
  }

  /// `PUT /v1/inbox/{entry}/reading`: 204, also when it was read before; 404 unless it is the caller's.
  func read(_ request: Request) async throws -> Response {
    let citizen = try request.authenticated().citizen
    let entry: InboxEntryID = try request.id("entry")
    guard let place = try await database.place(of: entry, of: citizen) else {
      throw Problem.notFound("There is no entry \(entry) in your inbox.")
    }
    try await database.markRead(place, of: citizen, at: clock.now)
    return .noContent
  }

  /// `PUT /v1/inbox/reading` `{"through"}`: 204; that entry and all that came before it are read. What came while the
  /// caller was looking stays unread. 422 unless the entry is the caller's.
  func readThrough(_ request: Request, _ body: Reading) async throws -> Response {
    let citizen = try request.authenticated().citizen
    guard let place = try await database.place(of: body.through, of: citizen) else {
      throw Problem.invalid([Problem.FieldError("#/through", "must be an entry of your inbox")])
    }
    try await database.markRead(through: place, of: citizen, at: clock.now)
    return .noContent
  }

  enum Selection: String, CaseIterable { case all, unread }

  private func place(after text: String?, of citizen: CitizenID) async throws -> Int64? {
    guard let text else { return nil }
    guard let entry = InboxEntryID(text), let place = try await database.place(of: entry, of: citizen) else {
      throw Problem.badRequest("after must be the value of next of an earlier page.")
    }
    return place
  }
}

/// A page of an inbox.
struct InboxView: Encodable, Sendable {
  let items: [InboxEntryView]
  let next: String?
  /// In the whole inbox.
  let unread: Int
}

/// An entry as the API shows it.
struct InboxEntryView: Encodable, Sendable {
  let id: InboxEntryID
  let type: String
  let audience: Audience
  let proposal: ProposalID?
  let title: String?
  let headline: String
  let text: String
  let at: Date
  let readAt: Date?

  init(_ entry: InboxEntry) {
    id = entry.id
    type = entry.type
    audience = entry.audience
    proposal = entry.proposal
    title = entry.title
    headline = entry.headline
    text = entry.text
    at = entry.cameAt
    readAt = entry.readAt
  }
}
