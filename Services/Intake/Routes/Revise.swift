import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

extension Proposals {
  /// `POST /v1/proposals/{id}/revisions`: the author writes it anew; `Idempotency-Key` honoured. 403 not the author, 409
  /// when the state does not allow it, 422 with an error for each field.
  func revise(_ request: Request, _ draft: Submission.Draft) async throws -> Response {
    let citizen = try request.authenticated().citizen
    let id: ProposalID = try request.id()
    let text = try Submission.checked(draft)
    let now = clock.now
    return try await database.transaction { transaction in
      try await transaction.idempotent(request, at: now) {
        let proposal = try await transaction.readable(id, by: request.caller, locked: true)
        var change = try proposal.revised(text, by: citizen, at: now)
        if proposal.state == .returned {
          change.submittedAt = now
          try await transaction.publish(change.revised(at: now), at: now)
        }
        try await transaction.update(change)
        try await transaction.insertRevision(of: change, at: now)
        return try .created(ProposalView(change), at: "/v1/proposals/\(id)/revisions")
      }
    }
  }

  /// `GET /v1/proposals/{id}/revisions`: every version of the text, newest first, each with its fingerprint, which covers the files. A text that is
  /// hidden is hidden in all its versions.
  func revisions(_ request: Request) async throws -> Response {
    let id: ProposalID = try request.id()
    return try await database.transaction { transaction in
      let proposal = try await transaction.readable(id, by: request.caller, locked: false)
      let revisions = try await transaction.revisions(of: id)
      let views = try revisions.map { try RevisionView($0, of: proposal) }
      return try .json(
        Page(views, limit: views.count) { String($0.revision) },
        cache: proposal.isPublic ? .seconds(1) : .never)
    }
  }
}

extension Transaction {
  /// A proposal that the caller may know of: before it is public, its author and the Support Unit do.
  /// - Throws: `Problem` 404
  func readable(_ id: ProposalID, by caller: Caller?, locked: Bool) async throws -> Proposal {
    let proposal = try await proposal(id, locked: locked)
    guard proposal.isReadable(by: caller) else { throw Problem.noProposal(id) }
    return proposal
  }
}

extension Proposal {
  func isReadable(by caller: Caller?) -> Bool {
    guard !isPublic else { return true }
    guard let caller else { return false }
    return caller.citizen == author || caller.isStaff
  }

  /// What the others are told when the author hands it in again.
  fileprivate func revised(at now: Date) throws -> ProposalRevised {
    ProposalRevised(
      proposal: id, revision: revision, title: text.title, summary: text.summary, body: text.body,
      category: text.category, reference: text.reference, fingerprint: try text.fingerprint(with: attachments),
      attachments: attachments.isEmpty ? nil : attachments, revisedAt: now)
  }
}

/// One version of a text as the API shows it.
struct RevisionView: Encodable, Sendable {
  let revision: Int
  let title: String
  let summary: String?
  let body: String?
  let category: Category
  let reference: String?
  let fingerprint: String
  let madeAt: Date

  init(_ revision: Revision, of proposal: Proposal) throws {
    let isHidden = proposal.isTextHidden
    self.revision = revision.number
    title = isHidden ? "" : revision.text.title
    summary = isHidden ? nil : revision.text.summary
    body = isHidden ? nil : revision.text.body
    category = revision.text.category
    reference = isHidden ? nil : revision.text.reference
    fingerprint = try revision.text.fingerprint(with: proposal.attachments)
    madeAt = revision.madeAt
  }
}
