import Contracts
import Crypto
import FoundationEssentials
import HTTPServer
import Postgres
import ServiceKit

/// Files of drafts and proposals.
struct Attachments: Sendable {
  let database: Database
  let clock: WallClock

  /// Adding and deleting before submission; reading before and after.
  var routes: [Route] {
    [
      .post("/v1/drafts/{id}/attachments", for: .citizen, add).accepting(bytes: Attachment.sizeLimit),
      .get("/v1/drafts/{id}/attachments", for: .citizen, listOfDraft),
      .get("/v1/drafts/{id}/attachments/{number}", for: .citizen, readOfDraft),
      .delete("/v1/drafts/{id}/attachments/{number}", for: .citizen, delete),
      .get("/v1/proposals/{id}/attachments", for: .everyone, listOfProposal),
      .get("/v1/proposals/{id}/attachments/{number}", for: .everyone, readOfProposal),
    ]
  }

  /// `POST /v1/drafts/{id}/attachments?name=` with the file as the body: 201 with what is kept of it; 409 when there are
  /// three, 413, 415 and 422 for a file that cannot be taken.
  func add(_ request: Request) async throws -> Response {
    let author = try request.authenticated().citizen
    let id: DraftID = try request.id()
    guard let name = request.query("name") else { throw Problem.badRequest("name is missing.") }
    guard request.http.headers["content-encoding"] == nil else {
      throw Problem(415, "unsupported-media-type", "Send the body without a content encoding")
    }
    // Not for strangers: looking a file through takes time.
    _ = try await database.transaction { try await $0.draft(id, of: author, locked: false) }
    let file = try await looked(through: request.http.body)
    let checkedName = try Attachment.checkedName(name, of: file.kind)
    let now = clock.now
    return try await database.transaction { transaction in
      try await transaction.idempotent(request, at: now) {
        try await transaction.lockDrafts(of: author)
        _ = try await transaction.draft(id, of: author, locked: true)
        let taken = try await transaction.attachments(of: .draft(id)).map(\.number)
        guard let number = Attachment.freeNumber(beside: taken) else {
          throw Problem.conflict("too-many-attachments", "A proposal has \(Attachment.limit) attachments at most.")
        }
        guard try await transaction.draftAttachmentCount(of: author) < Attachment.draftsLimit else {
          throw Problem.conflict(
            "too-many-attachments",
            "Your drafts have \(Attachment.draftsLimit) attachments. Submit or delete some first.")
        }
        let attachment = Attachment(
          number: number, name: checkedName, kind: file.kind, size: file.content.count, sha256: sha256(file.content),
          addedAt: now)
        try await transaction.insert(attachment, file.content, of: id)
        return try .created(AttachmentView(attachment), at: "/v1/drafts/\(id)/attachments/\(number)")
      }
    }
  }

  // Away from the event loop: a large file takes a good part of a second.
  @concurrent private func looked(through file: [UInt8]) async throws -> SoundFile { try SoundFile(file) }

  /// `GET /v1/drafts/{id}/attachments`
  func listOfDraft(_ request: Request) async throws -> Response {
    let author = try request.authenticated().citizen
    let id: DraftID = try request.id()
    return try await database.transaction { transaction in
      _ = try await transaction.draft(id, of: author, locked: false)
      return try Self.list(try await transaction.attachments(of: .draft(id)), cache: .never)
    }
  }

  /// `GET /v1/drafts/{id}/attachments/{number}`: the file.
  func readOfDraft(_ request: Request) async throws -> Response {
    let author = try request.authenticated().citizen
    let id: DraftID = try request.id()
    return try await database.transaction { transaction in
      _ = try await transaction.draft(id, of: author, locked: false)
      return try await transaction.file(of: .draft(id), for: request, cache: "no-store")
    }
  }

  /// `DELETE /v1/drafts/{id}/attachments/{number}`
  func delete(_ request: Request) async throws -> Response {
    let author = try request.authenticated().citizen
    let id: DraftID = try request.id()
    try await database.transaction { transaction in
      _ = try await transaction.draft(id, of: author, locked: true)
      let attachment = try await transaction.attachment(request.attachmentNumber(), of: .draft(id))
      try await transaction.deleteAttachment(attachment.number, of: id)
    }
    return .noContent
  }

  /// `GET /v1/proposals/{id}/attachments`: none of a hidden text.
  func listOfProposal(_ request: Request) async throws -> Response {
    let id: ProposalID = try request.id()
    return try await database.transaction { transaction in
      let proposal = try await transaction.readable(id, by: request.caller, locked: false)
      let attachments = proposal.isTextHidden ? [] : try await transaction.attachments(of: .proposal(id))
      return try Self.list(attachments, cache: proposal.isPublic ? .seconds(1) : .never)
    }
  }

  /// `GET /v1/proposals/{id}/attachments/{number}`: the file; 404 of a hidden text.
  func readOfProposal(_ request: Request) async throws -> Response {
    let id: ProposalID = try request.id()
    return try await database.transaction { transaction in
      let proposal = try await transaction.readable(id, by: request.caller, locked: false)
      guard !proposal.isTextHidden else { throw Problem.notFound("The attachments of this proposal are hidden.") }
      // A minute: a text may come to be hidden.
      return try await transaction.file(
        of: .proposal(id), for: request, cache: proposal.isPublic ? "public, max-age=60" : "no-store")
    }
  }

  private static func list(_ attachments: [Attachment], cache: CacheControl) throws -> Response {
    let page = Page(attachments, limit: Attachment.limit) { "\($0.number)" }
    return try .json(page.map(AttachmentView.init), cache: cache)
  }
}

extension Request {
  /// - Throws: `Problem` 404 for what is no number.
  fileprivate func attachmentNumber() throws(Problem) -> Int {
    guard let number = parameters["number"].flatMap(Int.init), (1...Attachment.limit).contains(number) else {
      throw .notFound("There is no such attachment.")
    }
    return number
  }
}

extension Transaction {
  /// The file to be saved, with its hash (RFC 9530), or 304 when the client has it (RFC 9110, section 13.1.2). No page shows it and no browser guesses
  /// what it is.
  fileprivate func file(of owner: AttachmentOwner, for request: Request, cache: String) async throws -> Response {
    let attachment = try await attachment(request.attachmentNumber(), of: owner)
    let tag = "\"\(Hex.encode(attachment.sha256))\""
    var response = Response(
      status: 200,
      headers: [
        "cache-control": cache, "etag": tag, "content-security-policy": "default-src 'none'; sandbox",
        "x-content-type-options": "nosniff", "cross-origin-resource-policy": "same-origin",
        "repr-digest": "sha-256=:\(Base64.encode(attachment.sha256)):",
      ])
    if request.http.headers["if-none-match"] == tag {
      response.status = 304
      return response
    }
    response.headers.add("content-type", attachment.kind.rawValue)
    response.headers.add("content-disposition", attachment.disposition)
    response.body = .bytes(try await content(of: attachment.number, of: owner))
    return response
  }
}

/// An attachment as the API shows it.
struct AttachmentView: Encodable, Sendable {
  let number: Int
  let name: String
  let type: Attachment.Kind
  /// Bytes of what is kept: pictures lose what a camera wrote beside them.
  let size: Int
  /// Of what is kept, in hexadecimal digits.
  let sha256: String
  let addedAt: Date

  init(_ attachment: Attachment) {
    number = attachment.number
    name = attachment.name
    type = attachment.kind
    size = attachment.size
    sha256 = Hex.encode(attachment.sha256)
    addedAt = attachment.addedAt
  }
}
