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
      .get("/v1/result-opinions/hidings", for: .supportUnit, proposedHidings),
      .post("/v1/result-opinions/{id}/hiding", for: .supportUnit, proposeHiding),
      .post("/v1/result-opinions/{id}/hiding/confirmation", for: .supportUnit, confirmHiding),
      .post("/v1/result-opinions/{id}/hiding/refusal", for: .supportUnit, refuseHiding),
      .post("/v1/result-opinions/{id}/restoration", for: .supportUnit, restore),
    ]
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

extension ResultOpinions {
  /// `POST /v1/result-opinions/{id}/hiding`: a member of the Support Unit proposes to hide it; it waits for a second person.
  func proposeHiding(_ request: Request, _ draft: HidingDraft) async throws -> Response {
    try await moderate(request) { opinion, staff, now throws(Problem) in
      _ = try opinion.proposeHiding(for: draft.code, draft.explanation, by: staff, at: now)
    }
  }

  /// `POST /v1/result-opinions/{id}/hiding/confirmation`: the second person agrees, and it is hidden.
  func confirmHiding(_ request: Request) async throws -> Response {
    try await moderate(request) { opinion, staff, now throws(Problem) in
      _ = try opinion.confirmHiding(by: staff, at: now)
    }
  }

  /// `POST /v1/result-opinions/{id}/hiding/refusal`: the second person does not agree.
  func refuseHiding(_ request: Request) async throws -> Response {
    try await moderate(request) { opinion, staff, _ throws(Problem) in try opinion.refuseHiding(by: staff) }
  }

  /// `POST /v1/result-opinions/{id}/restoration`: it can be read again.
  func restore(_ request: Request, _ draft: RestorationDraft) async throws -> Response {
    try await moderate(request) { opinion, _, _ throws(Problem) in _ = try opinion.restore(because: draft.reason) }
  }

  /// Under the lock of the opinion's row: of two who act at once one does.
  private func moderate(
    _ request: Request, _ act: (inout ResultOpinion, CitizenID, Date) throws(Problem) -> Void
  ) async throws -> Response {
    let id: ResultOpinionID = try request.id()
    let staff = try request.authenticated().citizen
    let now = clock.now
    return try await database.transaction { transaction in
      try await transaction.idempotent(request, at: now) {
        var opinion = try await transaction.lockedResultOpinion(id)
        try act(&opinion, staff, now)
        try await transaction.update(opinion)
        return try .json(ResultOpinionView(opinion, for: staff, isStaff: true))
      }
    }
  }

  /// `GET /v1/result-opinions/hidings`: the hundred whose hiding has waited longest for a second person.
  func proposedHidings(_ request: Request) async throws -> Response {
    let staff = try request.authenticated().citizen
    let waiting = try await database.transaction { try await $0.resultOpinionsWithProposedHiding(100) }
    return try .json(
      Page(waiting, limit: 100) { "\($0.id)" }.map { ResultOpinionView($0, for: staff, isStaff: true) })
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
