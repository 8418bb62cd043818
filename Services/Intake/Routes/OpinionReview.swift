import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

extension Discussion {
  /// The body of a hiding.
  struct HidingBody: Decodable, Sendable {
    let code: Opinion.HidingCode
    let explanation: String?
  }

  /// `POST /v1/opinions/{id}/hiding`: the Support Unit hides a text, with its reason in its place.
  func hide(_ request: Request, _ body: HidingBody) async throws -> Response {
    let id: OpinionID = try request.id()
    let unit = try request.authenticated().citizen
    let now = clock.now
    return try await database.transaction { transaction in
      try await transaction.idempotent(request, at: now) {
        let opinion = try await transaction.opinion(id, locked: true)
        let change = try opinion.hidden(for: body.code, body.explanation, by: unit, at: now)
        try await transaction.update(change)
        return try .json(OpinionView(change, for: unit))
      }
    }
  }

  /// `GET /v1/opinions/flagged`: the hundred that readers flagged most and that nobody has hidden.
  func flagged(_ request: Request) async throws -> Response {
    let unit = try request.authenticated().citizen
    let flagged = try await database.transaction { try await $0.flaggedOpinions(100) }
    let page = Page(flagged, limit: 100) { "\($0.opinion.id)" }
    return try .json(page.map { FlaggedView(opinion: OpinionView($0.opinion, for: unit), flags: $0.flags) })
  }
}

/// What readers flagged, as the Support Unit sees it.
struct FlaggedView: Encodable, Sendable {
  let opinion: OpinionView
  /// How many readers gave each reason.
  let flags: [String: Int]

  init(opinion: OpinionView, flags: [Opinion.FlagReason: Int]) {
    self.opinion = opinion
    self.flags = Dictionary(uniqueKeysWithValues: flags.map { ($0.key.rawValue, $0.value) })
  }
}

/// An opinion or answer as readers see it.
struct OpinionView: Encodable, Sendable {
  let id: OpinionID
  let proposal: ProposalID
  let answersTo: OpinionID?
  let side: Opinion.Side?
  /// Absent when it is hidden or deleted.
  let text: String?
  let writtenAt: Date
  let answers: Int
  let hiding: HidingView?
  let deletedAt: Date?
  /// Whether the caller wrote it.
  let mine: Bool

  struct HidingView: Encodable, Sendable {
    let code: Opinion.HidingCode
    let explanation: String?
    let hiddenAt: Date
  }

  init(_ opinion: Opinion, for reader: CitizenID?) {
    id = opinion.id
    proposal = opinion.proposal
    answersTo = opinion.answersTo
    side = opinion.side
    text = opinion.isReadable ? opinion.text : nil
    writtenAt = opinion.writtenAt
    answers = opinion.answers
    hiding = opinion.hiding.map { HidingView(code: $0.code, explanation: $0.explanation, hiddenAt: $0.at) }
    deletedAt = opinion.deletedAt
    mine = opinion.author == reader
  }
}
