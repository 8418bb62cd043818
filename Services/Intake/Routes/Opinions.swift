import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

/// What citizens say for and against proposals.
struct Discussion: Sendable {
  let database: Database
  let clock: WallClock
  let rate: OpinionRate

  /// Writing, answering, reading, flagging, deleting, hiding and restoring.
  var routes: [Route] {
    [
      .post("/v1/proposals/{id}/opinions", for: .citizen, say),
      .get("/v1/proposals/{id}/opinions", for: .everyone, list),
      .get("/v1/opinions/flagged", for: .supportUnit, flagged),
      .post("/v1/opinions/{id}/answers", for: .citizen, answer),
      .get("/v1/opinions/{id}/answers", for: .everyone, answers),
      .put("/v1/opinions/{id}/flag", for: .citizen, flag),
      .delete("/v1/opinions/{id}", for: .citizen, delete),
      .get("/v1/opinions/hidings", for: .supportUnit, proposedHidings),
      .post("/v1/opinions/{id}/hiding", for: .supportUnit, proposeHiding),
      .post("/v1/opinions/{id}/hiding/confirmation", for: .supportUnit, confirmHiding),
      .post("/v1/opinions/{id}/hiding/refusal", for: .supportUnit, refuseHiding),
      .post("/v1/opinions/{id}/restoration", for: .supportUnit, restore),
    ]
  }

  /// The body of an opinion.
  struct Said: Decodable, Sendable {
    let side: Opinion.Side
    let text: String
  }

  /// `POST /v1/proposals/{id}/opinions`: 201 with the opinion.
  func say(_ request: Request, _ body: Said) async throws -> Response {
    let id: ProposalID = try request.id()
    return try await write(request, body.text, body.side) { _ in (id, nil) }
  }

  /// The body of an answer.
  struct Answered: Decodable, Sendable { let text: String }

  /// `POST /v1/opinions/{id}/answers`: 201 with the answer.
  func answer(_ request: Request, _ body: Answered) async throws -> Response {
    let id: OpinionID = try request.id()
    return try await write(request, body.text, nil) { transaction in
      (try await transaction.opinion(id, locked: false).proposal, id)
    }
  }

  /// Locks come in one order: the writer, the proposal, the opinion that is answered.
  private func write(
    _ request: Request, _ text: String, _ side: Opinion.Side?,
    _ place: (Transaction) async throws -> (proposal: ProposalID, answersTo: OpinionID?)
  ) async throws -> Response {
    let author = try request.authenticated().citizen
    let text = try Opinion.checked(text)
    let now = clock.now
    return try await database.transaction { transaction in
      try await transaction.idempotent(request, at: now) {
        try await transaction.lockOpinions(of: author)
        try rate.check(try await transaction.latestOpinions(of: author, rate.limit), at: now)
        let place = try await place(transaction)
        try await transaction.proposal(place.proposal, locked: true).requireDiscussion()
        if let answered = place.answersTo {
          try await transaction.opinion(answered, locked: true).requireAnswerable()
        }
        let opinion = Opinion(
          id: OpinionID(), proposal: place.proposal, answersTo: place.answersTo, side: side, author: author,
          text: text, writtenAt: now)
        try await transaction.insert(opinion)
        return try .json(OpinionView(opinion, for: author), status: 201)
      }
    }
  }

  /// `GET /v1/proposals/{id}/opinions?side=&limit=&after=`: one column, newest first.
  func list(_ request: Request) async throws -> Response {
    let id: ProposalID = try request.id()
    guard let side: Opinion.Side = try request.choice("side") else {
      throw Problem.badRequest("side is pro or contra.")
    }
    return try await page(request) { transaction, cursor, limit in
      _ = try await transaction.readable(id, by: request.caller, locked: false)
      return try await transaction.opinions(on: id, side, after: cursor, limit)
    }
  }

  /// `GET /v1/opinions/{id}/answers?limit=&after=`: oldest first.
  func answers(_ request: Request) async throws -> Response {
    let id: OpinionID = try request.id()
    return try await page(request) { transaction, cursor, limit in
      _ = try await transaction.opinion(id, locked: false)
      return try await transaction.answers(to: id, after: cursor, limit)
    }
  }

  private func page(
    _ request: Request, _ read: (Transaction, TimeCursor<Kinds.Opinion>?, Int) async throws -> [Opinion]
  ) async throws -> Response {
    let limit = try request.query("limit", default: 20, in: 1...100)
    let cursor: TimeCursor<Kinds.Opinion>? = try request.query("after").map(TimeCursor.init)
    let opinions = try await database.transaction { try await read($0, cursor, limit + 1) }
    let page = Page(opinions, limit: limit) { TimeCursor($0.writtenAt, $0.id).text }
    let reader = request.caller?.citizen
    return try .json(page.map { OpinionView($0, for: reader) }, cache: reader == nil ? .seconds(1) : .never)
  }

  /// The body of a flag.
  struct Flag: Decodable, Sendable { let reason: Opinion.FlagReason }

  /// `PUT /v1/opinions/{id}/flag`: a reader thinks that the Support Unit should look at it; once each.
  func flag(_ request: Request, _ body: Flag) async throws -> Response {
    let id: OpinionID = try request.id()
    let citizen = try request.authenticated().citizen
    let now = clock.now
    try await database.transaction { transaction in
      try await transaction.opinion(id, locked: false).requireFlaggable(by: citizen)
      try await transaction.flag(id, by: citizen, for: body.reason, at: now)
    }
    return .noContent
  }

  /// `DELETE /v1/opinions/{id}`: the author's text is gone; the place stays while there are answers.
  func delete(_ request: Request) async throws -> Response {
    let id: OpinionID = try request.id()
    let citizen = try request.authenticated().citizen
    let now = clock.now
    try await database.transaction { transaction in
      try await transaction.update(try await transaction.opinion(id, locked: true).deleted(by: citizen, at: now))
    }
    return .noContent
  }
}
