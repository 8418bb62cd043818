import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

/// What citizens are still writing. All of it is for the author alone: to anybody else there is no such draft.
struct Drafts: Sendable {
  let database: Database
  let clock: WallClock
  let gate: GateRule
  /// Days without being saved after which a draft is deleted.
  let days: Int

  /// `POST /v1/drafts`: 201 with the draft; 409 when the citizen has too many.
  func create(_ request: Request, _ text: DraftText) async throws -> Response {
    let author = try request.authenticated().citizen
    try text.checkSize()
    let draft = Draft(id: DraftID(), author: author, text: text, version: 1, savedAt: clock.now)
    try await database.transaction { transaction in
      try await transaction.lockDrafts(of: author)
      guard try await transaction.draftCount(of: author) < Draft.limit else {
        throw Problem.conflict("too-many-drafts", "You have \(Draft.limit) drafts. Submit or delete one of them first.")
      }
      try await transaction.insert(draft)
    }
    return try .created(DraftView(draft, checked: true), at: "/v1/drafts/\(draft.id)").tagged(draft.version)
  }

  /// `GET /v1/drafts`: the caller's, last saved first.
  func list(_ request: Request) async throws -> Response {
    let author = try request.authenticated().citizen
    let drafts = try await database.transaction { try await $0.drafts(of: author) }
    return try .json(Page(drafts, limit: Draft.limit) { $0.id.description }.map { DraftView($0, checked: false) })
  }

  /// `GET /v1/drafts/{id}`: with all that would be wrong with it if it were submitted now.
  func read(_ request: Request) async throws -> Response {
    let author = try request.authenticated().citizen
    let id: DraftID = try request.id()
    let draft = try await database.transaction { try await $0.draft(id, of: author, locked: false) }
    return try .json(DraftView(draft, checked: true)).tagged(draft.version)
  }

  /// `PUT /v1/drafts/{id}` with `If-Match`: all fields as they are now; 412 when it was saved elsewhere meanwhile.
  func save(_ request: Request, _ text: DraftText) async throws -> Response {
    let author = try request.authenticated().citizen
    let id: DraftID = try request.id()
    let version = try request.expectedVersion()
    try text.checkSize()
    let now = clock.now
    let draft = try await database.transaction { transaction in
      let draft = try await transaction.draft(id, of: author, locked: true).saved(text, over: version, at: now)
      try await transaction.update(draft)
      return draft
    }
    return try .json(DraftView(draft, checked: true)).tagged(draft.version)
  }

  /// `DELETE /v1/drafts/{id}`
  func delete(_ request: Request) async throws -> Response {
    let author = try request.authenticated().citizen
    let id: DraftID = try request.id()
    try await database.transaction { transaction in
      _ = try await transaction.draft(id, of: author, locked: true)
      try await transaction.deleteDraft(id)
    }
    return .noContent
  }

  /// `POST /v1/drafts/{id}/submission` with `If-Match`: 201 with the proposal, and the draft is gone; 422 with an error for
  /// each field, 412 when it is not the version any more that the author has read.
  func submit(_ request: Request) async throws -> Response {
    let author = try request.authenticated().citizen
    let id: DraftID = try request.id()
    let version = try request.expectedVersion()
    let now = clock.now
    return try await database.transaction { transaction in
      try await transaction.idempotent(request, at: now) {
        let draft = try await transaction.draft(id, of: author, locked: true)
        guard draft.version == version else { throw Problem.changedMeanwhile }
        let text = try Submission.checked(draft.text.submission)
        var proposal = Proposal(of: text, by: author, through: gate.gate(at: now), at: now)
        proposal.attachments = try await transaction.attachments(of: .draft(id)).map(\.published)
        let response = try await transaction.file(proposal, at: now)
        try await transaction.moveAttachments(of: id, to: proposal.id)
        try await transaction.deleteDraft(id)
        return response
      }
    }
  }

  /// Deletes drafts that nobody has saved for long: they are personal, and nobody's business for ever.
  func expire() async throws {
    try await database.deleteDrafts(savedBefore: clock.now.addingTimeInterval(-86_400 * Double(days)))
  }
}

/// A draft as its author sees it.
struct DraftView: Encodable, Sendable {
  let id: DraftID
  let title: String?
  let summary: String?
  let body: String?
  let category: String?
  let reference: String?
  let savedAt: Date
  /// What would be wrong if it were submitted now, field by field; absent in a list.
  let errors: [Problem.FieldError]?

  init(_ draft: Draft, checked: Bool) {
    id = draft.id
    title = draft.text.title
    summary = draft.text.summary
    body = draft.text.body
    category = draft.text.category
    reference = draft.text.reference
    savedAt = draft.savedAt
    errors = checked ? Submission.faults(of: draft.text.submission) : nil
  }
}
