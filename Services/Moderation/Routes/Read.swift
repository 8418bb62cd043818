import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

extension Reviews {
  /// `GET /v1/reviews?state=&category=&mark=&attention=&limit=&after=`: oldest first; pending ones if no state is given.
  /// 400 for an unknown state, category, mark, attention or cursor.
  func list(_ request: Request) async throws -> Response {
    let limit = try request.query("limit", default: 20, in: 1...100)
    let now = clock.now
    var filter = ReviewFilter()
    filter.state = try request.choice("state") ?? .pending
    filter.category = try request.choice("category")
    if let mark: ReviewMark = try request.choice("mark") {
      guard filter.state == .pending else { throw Problem.badRequest("Only pending reviews bear a mark.") }
      filter.submitted = reviewClock.submission(bearing: mark, at: now)
    }
    filter.attention = try request.choice("attention")
    let reviews = try await database.reviews(
      filter, for: try request.authenticated().citizen, at: now, after: try request.query("after").map(TimeCursor.init),
      limit + 1)
    let page = Page(reviews, limit: limit) { TimeCursor($0.submittedAt, $0.proposal).text }
    return try .json(page.map { ReviewView($0, reviewClock, at: now) })
  }

  /// `GET /v1/reviews/{id}`: the id is the proposal's. 404 also while moderation has not heard of the proposal yet.
  func read(_ request: Request) async throws -> Response {
    let id: ProposalID = try request.id()
    guard let review = try await database.transaction({ try await $0.review(id, locked: false) }) else {
      throw Self.unknown(id)
    }
    return try .json(ReviewView(review, reviewClock, at: clock.now))
  }

  static func unknown(_ id: ProposalID) -> Problem { .notFound("There is no review of a proposal \(id).") }
}

/// A review as the API shows it.
struct ReviewView: Encodable, Sendable {
  let proposal: ProposalID
  let title: String
  let summary: String
  let body: String
  let category: Category
  let reference: String?
  let state: ReviewState
  let stateSince: Date
  let submittedAt: Date
  let revision: Int
  let ageDays: Int
  let mark: Nullable<ReviewMark>
  let returnNote: String?
  let rejection: Rejection?
  let appeal: Appeal?
  let merger: Merger?
  /// A rejection that waits for a second person.
  let proposedRejection: ProposedRejection?
  /// Who works on it; absent when nobody does.
  let lock: ReviewLock?
  let flags: Int
  let isFlagged: Bool
  let sympathies: Int64
  let selection: Selection?

  init(_ review: Review, _ clock: ReviewClock, at now: Date) {
    proposal = review.proposal
    title = review.title
    summary = review.summary
    body = review.body
    category = review.category
    reference = review.reference
    state = review.state
    stateSince = review.stateSince
    submittedAt = review.submittedAt
    revision = review.revision
    ageDays = clock.ageDays(of: review, at: now)
    mark = Nullable(clock.mark(of: review, at: now))
    returnNote = review.returnNote
    rejection = review.rejection
    appeal = review.appeal
    merger = review.merger
    proposedRejection = review.proposedRejection
    lock = review.lock.flatMap { $0.until > now ? $0 : nil }
    flags = review.flags
    isFlagged = review.isFlagged
    sympathies = review.sympathies
    selection = review.selection
  }
}
