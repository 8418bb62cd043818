import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

/// What the Support Unit rules over ballots of a vote: that they are void, or released from quarantine.
extension Votes {
  /// Ballots of one ruling at most.
  static let ruledBallots = 200_000

  /// The body of a refusal.
  struct RefusalDraft: Decodable, Sendable {
    let reason: String

    /// - Throws: `Problem` 422
    func checked() throws(Problem) -> String {
      var errors: [Problem.FieldError] = []
      let reason = PlainText.check(reason, 1...RulingDraft.reasonLimit, lines: true, at: "#/reason", &errors)
      guard errors.isEmpty else { throw .invalid(errors) }
      return reason
    }
  }

  /// `POST /v1/proposals/{id}/vote/rulings/forecast`: what a ruling would do, and nothing else. 404 no vote, 422.
  func forecastRuling(_ request: Request, _ question: RulingQuestion) async throws -> Response {
    let caller = try request.authenticated()
    let condition = try question.ballots.checked(for: question.kind)
    let (vote, tally) = try await database.voteWithTally(on: request.id())
    let ballots = try await ballotsMeant(of: vote, by: condition)
    // Whoever looks for single ballots is seen.
    log.info(
      "ruling forecast",
      ["proposal": "\(vote.proposal)", "staff": "\(caller.citizen)", "ballots": .int(ballots.count)])
    return try .json(RulingForecastView(RulingForecast(question.kind, ballots, tally, vote.rule), of: vote))
  }

  /// `POST /v1/proposals/{id}/vote/rulings`: 201; puts a ruling before a second person. Its ballots are those that are
  /// counted, or in quarantine, at this moment. 404 no vote, 409 another one waits, 422 also when no ballots are meant.
  func proposeRuling(_ request: Request, _ draft: RulingDraft) async throws -> Response {
    let caller = try request.authenticated()
    let (reason, condition) = try draft.checked()
    let proposal: ProposalID = try request.id()
    let (vote, tally) = try await database.voteWithTally(on: proposal)
    // Looked up before the transaction: it may take seconds.
    let ballots = try await ballotsMeant(of: vote, by: condition)
    let forecast = RulingForecast(draft.kind, ballots, tally, vote.rule)
    let now = clock.now
    return try await refusingASecond {
      try await database.transaction { transaction in
        try await transaction.idempotent(request, at: now) {
          // Asked here, behind the answer that a repeated request gets: its ballots may have been ruled over since.
          guard !ballots.isEmpty else {
            throw Problem.invalid([.init("#/ballots", "means no ballot that could be ruled over")])
          }
          let ruling = Ruling(
            id: RulingID(), vote: vote.number, kind: draft.kind, code: draft.code, reason: reason,
            condition: draft.ballots, state: .proposed, listedYes: forecast.yes, listedNo: forecast.no,
            proposedBy: caller.citizen, proposedAt: now, completedAt: nil, yes: nil, no: nil)
          try await transaction.insert(ruling, over: ballots)
          return try .created(
            RulingView(ruling, of: vote, forStaff: true, forecast), at: "/v1/proposals/\(proposal)/vote/rulings")
        }
      }
    }
  }

  /// One ruling on a vote waits at a time: the database decides which, so that the vote's row need not be locked, for which
  /// the count would have to wait.
  private func refusingASecond(_ proposal: () async throws -> Response) async throws -> Response {
    do { return try await proposal() } catch let error as PostgresError where error.isUniqueViolation {
      throw Problem.conflict("ruling-proposed", "Another ruling on this vote waits for a second person.")
    }
  }

  /// `POST /v1/proposals/{id}/vote/rulings/{ruling}/confirmation`: by another person than the one who proposed it. 403 the
  /// same person, 404 unknown, 409 decided.
  func confirmRuling(_ request: Request) async throws -> Response {
    try await decideRuling(request) { ruling, staff, now throws(Problem) in try ruling.confirmed(by: staff, at: now) }
  }

  /// `POST /v1/proposals/{id}/vote/rulings/{ruling}/refusal`: by anybody of the Support Unit. 404 unknown, 409 decided.
  func refuseRuling(_ request: Request, _ draft: RefusalDraft) async throws -> Response {
    let reason = try draft.checked()
    return try await decideRuling(request) { ruling, staff, now throws(Problem) in
      try ruling.refused(for: reason, by: staff, at: now)
    }
  }

  /// `GET /v1/proposals/{id}/vote/rulings?limit=&after=`: the ledger, newest first: rulings that were confirmed; for the
  /// Support Unit also the others, and which ballots were asked for. 400 for an unknown cursor, 404 no vote.
  func rulings(_ request: Request) async throws -> Response {
    let limit = try request.query("limit", default: 20, in: 1...100)
    let place = try request.query("after").map(TimeCursor<Kinds.Ruling>.init)
    let proposal: ProposalID = try request.id()
    let vote = try await database.existingVote(on: proposal)
    let isStaff = request.caller?.isStaff ?? false
    let rulings = try await database.rulings(on: vote, all: isStaff, before: place, limit + 1)
    let page = Page(rulings, limit: limit) { TimeCursor($0.proposedAt, $0.id).text }
    return try .json(
      page.map { RulingView($0, of: vote, forStaff: isStaff) }, cache: isStaff ? .never : .seconds(1))
  }

  private func decideRuling(
    _ request: Request, _ decision: (Ruling, CitizenID, Date) throws(Problem) -> Ruling
  ) async throws -> Response {
    let caller = try request.authenticated()
    let proposal: ProposalID = try request.id()
    let id: RulingID = try request.id("ruling")
    let now = clock.now
    return try await database.transaction { transaction in
      try await transaction.idempotent(request, at: now) {
        let vote = try await transaction.existingVote(on: proposal)
        guard let ruling = try await transaction.ruling(id, on: vote) else {
          throw Problem.notFound("There is no ruling \(id) on this vote.")
        }
        let decided = try decision(ruling, caller.citizen, now)
        try await transaction.update(decided)
        log.info(
          "ruling decided",
          ["proposal": "\(proposal)", "ruling": "\(id)", "state": "\(decided.state.rawValue)"])
        return try .json(RulingView(decided, of: vote, forStaff: true))
      }
    }
  }

  private func ballotsMeant(of vote: Vote, by condition: BallotCondition.Checked) async throws -> [ListedBallot] {
    let ballots = try await database.ballotsMeant(of: vote, by: condition, limit: Self.ruledBallots + 1)
    guard ballots.count <= Self.ruledBallots else {
      throw Problem.invalid([
        .init("#/ballots", "means more than \(Self.ruledBallots) ballots: rule over them in parts, such as by time")
      ])
    }
    return ballots
  }
}
