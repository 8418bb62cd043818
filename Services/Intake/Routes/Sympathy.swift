import Contracts
import Postgres
import ServiceKit

/// The support button: who wants a proposal to go on says so, once.
struct Sympathies: Sendable {
  let database: Database
  let clock: WallClock

  /// `PUT /v1/proposals/{id}/sympathy`: the caller supports it; 409 when it is not under discussion.
  func give(_ request: Request) async throws -> Response {
    let id: ProposalID = try request.id()
    let citizen = try request.authenticated().citizen
    let now = clock.now
    return try await change(id, of: citizen) { transaction in
      try await transaction.giveSympathy(to: id, by: citizen, at: now)
    }
  }

  /// `DELETE /v1/proposals/{id}/sympathy`: the caller does not support it any more; 409 as above.
  func takeBack(_ request: Request) async throws -> Response {
    let id: ProposalID = try request.id()
    let citizen = try request.authenticated().citizen
    return try await change(id, of: citizen) { transaction in
      try await transaction.takeSympathyBack(from: id, by: citizen)
    }
  }

  /// `GET /v1/proposals/{id}/sympathy`: whether the caller supports it or brought it before the Support Unit, and how many support it.
  func read(_ request: Request) async throws -> Response {
    let id: ProposalID = try request.id()
    let citizen = try request.authenticated().citizen
    return try await database.transaction { transaction in
      _ = try await transaction.readable(id, by: request.caller, locked: false)
      return try .json(SympathyView(try await transaction.sympathy(for: id, of: citizen)))
    }
  }

  /// Adds up what has changed, and tells the others.
  func count() async throws {
    let now = clock.now
    try await database.transaction { transaction in
      // In one order, as every transaction that publishes about several proposals.
      let counted = try await transaction.countSympathies(at: now).sorted { "\($0.proposal)" < "\($1.proposal)" }
      for event in counted { try await transaction.publish(event, at: now) }
    }
  }

  /// The proposal is not locked, so that the many who press the button at once do not wait for each other: one who
  /// presses it in the moment in which the vote closes may still be counted.
  private func change(
    _ id: ProposalID, of citizen: CitizenID, _ body: (Transaction) async throws -> Void
  ) async throws -> Response {
    try await database.transaction { transaction in
      try await transaction.proposal(id, locked: false).requireDiscussion()
      try await body(transaction)
      return try .json(SympathyView(try await transaction.sympathy(for: id, of: citizen)))
    }
  }
}

/// The support of a proposal as one citizen sees it.
struct SympathyView: Encodable, Sendable {
  /// Citizens who support it.
  let sympathies: Int64
  /// Whether the caller does.
  let given: Bool
  /// Whether the caller was among the supporters who brought it before the Support Unit.
  let supporter: Bool

  init(_ sympathy: (sympathies: Int64, given: Bool, supporter: Bool)) { (sympathies, given, supporter) = sympathy }
}
