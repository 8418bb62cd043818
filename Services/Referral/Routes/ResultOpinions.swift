import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

/// What members of the Forum think of results.
struct ResultOpinions: Sendable {
  let database: Database
  let clock: WallClock

  /// Writing, reading and hiding.
  var routes: [Route] {
    [
      .post("/v1/cases/{id}/opinions", for: .roles([.member]), say),
      .get("/v1/cases/{id}/opinions", for: .everyone, list),
    ] + hidings.routes
  }

  var hidings: Hidings<ResultOpinion, ResultOpinionView> {
    Hidings(database: database, clock: clock, place: "/v1/result-opinions") { opinion, staff in
      ResultOpinionView(opinion, for: staff, isStaff: true)
    }
  }

  /// `POST /v1/cases/{id}/opinions`: 201 with the opinion. 403 for who is no member, 404 unknown, 409 before a ministry has the case,
  /// 422, 429 too many.
  func say(_ request: Request, _ draft: ResultOpinionDraft) async throws -> Response {
    let id: CaseID = try request.id()
    let author = try request.authenticated().citizen
    let text = try draft.checked()
    try await database.singleCase(id).requireResults()
    let now = clock.now
    return try await database.transaction { transaction in
      try await transaction.idempotent(request, at: now) {
        try await transaction.lockResultOpinions(of: author)
        let latest = try await transaction.latestResultOpinions(of: author, ResultOpinion.rate.limit)
        try ResultOpinion.rate.check(latest, at: now)
        let opinion = ResultOpinion(
          id: ResultOpinionID(), caseID: id, author: author, text: text, writtenAt: now)
        try await transaction.insert(opinion)
        return try .json(ResultOpinionView(opinion, for: author), status: 201)
      }
    }
  }

  /// `GET /v1/cases/{id}/opinions?limit=&after=`: newest first. 404 when there is no such case.
  func list(_ request: Request) async throws -> Response {
    let limit = try request.query("limit", default: 20, in: 1...100)
    let cursor: TimeCursor<ResultOpinionKind>? = try request.query("after").map(TimeCursor.init)
    let id: CaseID = try request.id()
    let found = try await database.transaction { transaction in
      let found = try await transaction.resultOpinions(on: id, after: cursor, limit + 1)
      if found.isEmpty { try await transaction.requireCase(id) }
      return found
    }
    let page = Page(found, limit: limit) { TimeCursor($0.writtenAt, $0.id).text }
    let reader = request.caller?.citizen
    return try .json(page.map { ResultOpinionView($0, for: reader) }, cache: reader == nil ? .seconds(1) : .never)
  }
}

/// An opinion on results as readers see it.
struct ResultOpinionView: Encodable, Sendable {
  let id: ResultOpinionID
  let caseID: CaseID
  /// Absent when it is hidden.
  let text: String?
  let writtenAt: Date
  let hiding: HidingView?
  /// For the Support Unit alone.
  let proposedHiding: ProposedHidingView?
  /// Whether the caller wrote it.
  let mine: Bool

  private enum CodingKeys: String, CodingKey {
    case id, text, writtenAt, hiding, proposedHiding, mine
    case caseID = "case"
  }

  init(_ opinion: ResultOpinion, for reader: CitizenID?, isStaff: Bool = false) {
    id = opinion.id
    caseID = opinion.caseID
    text = opinion.hiding == nil ? opinion.text : nil
    writtenAt = opinion.writtenAt
    hiding = opinion.hiding.map(HidingView.init)
    proposedHiding = isStaff ? opinion.proposedHiding.map(ProposedHidingView.init) : nil
    mine = opinion.author == reader
  }
}
