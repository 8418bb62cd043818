import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

/// What supporters and voters think of the results.
struct Ratings: Sendable {
  let database: Database
  let clock: WallClock
  let participants: Participants
  let log: Log

  /// Rating, reading, and hiding reasons.
  var routes: [Route] {
    [
      .put("/v1/cases/{id}/ratings/{subject}", for: .citizen, rate),
      .get("/v1/cases/{id}/ratings", for: .everyone, list),
      .get("/v1/ministries/{ministry}/ratings", for: .everyone, results),
    ] + hidings.routes
  }

  var hidings: Hidings<Rating, RatingView> {
    Hidings(database: database, clock: clock, place: "/v1/ratings") { rating, _ in RatingView(rating, isStaff: true) }
  }

  /// `PUT /v1/cases/{id}/ratings/{subject}`: what the caller thinks, in place of what they thought before. 403 for who is neither
  /// supporter nor voter, 404 unknown, 409 nothing to rate yet, too late, handed to another ministry meanwhile, or its reason was
  /// hidden, 422, 503.
  func rate(_ request: Request, _ draft: RatingDraft) async throws -> Response {
    guard let subject = request.parameters["subject"].flatMap(RatingSubject.init) else {
      throw Problem.notFound("The answer and the implementation can be rated.")
    }
    let citizen = try request.authenticated().citizen
    let draft = try draft.checked()
    let known = try await database.singleCase(try request.id())
    let now = clock.now
    let ministry = try RatingPeriod.ministry(of: subject, in: known, at: now)
    // Outside any transaction: others are waited for.
    try await participants.require(request, on: known.proposal)
    return try await database.transaction { transaction in
      // Others were waited for: the case may have gone to another ministry, which the caller has not seen.
      let latest = try await transaction.latestCase(known.id)
      guard try RatingPeriod.ministry(of: subject, in: latest, at: now) == ministry else {
        throw Problem.conflict("ministry-changed", "Another ministry is in charge of the case now.")
      }
      let rating = try await transaction.rate(
        known.id, subject, of: ministry, draft, by: citizen, at: now)
      guard let rating else {
        throw Problem.conflict("gone", "The Support Unit has hidden the reason; the rating stays as it is.")
      }
      return try .json(RatingView(rating))
    }
  }

  /// `GET /v1/cases/{id}/ratings?subject=&limit=&after=`: what was given how often, and the reasons, newest first.
  func list(_ request: Request) async throws -> Response {
    let limit = try request.query("limit", default: 20, in: 1...100)
    let subject: RatingSubject? = try request.choice("subject")
    let cursor: TimeCursor<RatingKind>? = try request.query("after").map(TimeCursor.init)
    let id: CaseID = try request.id()
    let view = try await database.transaction { transaction in
      let found = try await transaction.ratings(of: id, subject, after: cursor, limit + 1)
      if found.isEmpty { try await transaction.requireCase(id) }
      let page = Page(found, limit: limit) { TimeCursor($0.ratedAt, $0.id).text }
      return RatingsView(
        counts: try await transaction.ratingCounts("case_id = \(id)"), items: page.items.map { RatingView($0) },
        next: page.next)
    }
    return try .json(view, cache: .seconds(1))
  }

  /// `GET /v1/ministries/{ministry}/ratings`: how a ministry is rated over all of its cases. 404 for an unknown one.
  func results(_ request: Request) async throws -> Response {
    guard let ministry = request.parameters["ministry"].flatMap(Ministry.named) else {
      throw Problem.notFound("There is no such ministry.")
    }
    let counts = try await database.transaction { try await $0.ratingCounts("ministry = \(ministry.slug)") }
    return try .json(MinistryRatingsView(ministry: ministry.slug, counts: counts), cache: .seconds(10))
  }
}
