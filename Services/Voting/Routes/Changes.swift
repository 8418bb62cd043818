import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

extension Votes {
  /// Why a vote is paused or goes on, as it came.
  struct ReasonDraft: Decodable, Sendable {
    static let limit = 1_000

    let reason: String

    /// - Throws: `Problem` 422
    func checked() throws(Problem) -> String {
      var errors: [Problem.FieldError] = []
      let reason = PlainText.checkPublic(reason, 1...Self.limit, lines: true, at: "#/reason", &errors)
      guard errors.isEmpty else { throw .invalid(errors) }
      return reason
    }
  }

  /// Until when and why a vote is extended, as it came.
  struct ExtensionDraft: Decodable, Sendable {
    let reason: String
    let closesAt: String

    /// - Throws: `Problem` 422
    func checked() throws(Problem) -> (reason: String, closesAt: Date) {
      var errors: [Problem.FieldError] = []
      let reason = PlainText.checkPublic(reason, 1...ReasonDraft.limit, lines: true, at: "#/reason", &errors)
      let time = JSON.date(closesAt)
      if time == nil { errors.append(.init("#/closesAt", "must be a time as in RFC 3339")) }
      guard errors.isEmpty, let time else { throw .invalid(errors) }
      return (reason, time)
    }
  }

  /// `POST /v1/proposals/{id}/vote/pause`: 202; no ballots from `at` on. 404 no vote, 409 not open or paused already.
  func pause(_ request: Request, _ draft: ReasonDraft) async throws -> Response {
    let reason = try draft.checked()
    return try await change(request) { vote, now throws(Problem) in try vote.paused(for: reason, at: now) }
  }

  /// `POST /v1/proposals/{id}/vote/resumption`: 202; ballots again within a second. 404 no vote, 409 not paused.
  func resume(_ request: Request, _ draft: ReasonDraft) async throws -> Response {
    let reason = try draft.checked()
    return try await change(request) { vote, now throws(Problem) in try vote.resumed(for: reason, at: now) }
  }

  /// `POST /v1/proposals/{id}/vote/extension`: 202; the vote closes later. 404 no vote, 409 not open, 422 not later.
  func extend(_ request: Request, _ draft: ExtensionDraft) async throws -> Response {
    let (reason, closesAt) = try draft.checked()
    return try await change(request) { vote, now throws(Problem) in
      try vote.extended(to: closesAt, for: reason, at: now)
    }
  }

  /// The order is kept here; `Schedule` writes it to the log, and only then the ballot box goes by it.
  private func change(
    _ request: Request, _ decision: (Vote, Date) throws(Problem) -> VoteChange
  ) async throws -> Response {
    let caller = try request.authenticated()
    let proposal: ProposalID = try request.id()
    let now = clock.now
    return try await database.transaction { transaction in
      try await transaction.idempotent(request, at: now) {
        let vote = try await transaction.existingVote(on: proposal, locked: true)
        let change = try decision(vote, now)
        try await transaction.insert(change, of: vote, by: caller.citizen, at: now)
        return try .json(VoteChangeView(change), status: 202)
      }
    }
  }
}

/// A change of a vote's schedule as the API shows it.
struct VoteChangeView: Encodable, Sendable {
  let kind: VoteChange.Kind
  let reason: String
  let at: Date
  let closesAt: Date

  init(_ change: VoteChange) {
    kind = change.kind
    reason = change.reason
    at = change.at
    closesAt = change.closesAt
  }
}
