import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

/// What citizens follow.
struct Follows: Sendable {
  /// What one citizen may follow.
  static let limit = 200

  let database: Database
  let clock: WallClock

  /// The body of a follow.
  struct Wish: Decodable, Sendable { let frequency: Frequency }

  /// `PUT /v1/follows/{kind}/{subject}` `{"frequency"}`: 204. For the author and the supporters of a task this is also how
  /// often they are written to about it.
  ///
  /// 404 for what cannot be followed, 409 `too-many-follows`.
  func put(_ request: Request, _ body: Wish) async throws -> Response {
    let citizen = try request.authenticated().citizen
    let target = try target(of: request)
    try await database.transaction { transaction in
      if let proposal = target.proposal, try await !transaction.isPublic(proposal) {
        throw Problem.notFound("There is no task \(proposal).")
      }
      try await transaction.lockFollows(of: citizen)
      let follows = try await transaction.follows(of: citizen)
      guard follows.contains(where: { $0.target == target }) || follows.count < Self.limit else {
        throw Problem.conflict("too-many-follows", "You follow \(Self.limit) things, and can follow no more.")
      }
      try await transaction.save(target, body.frequency, of: citizen, at: clock.now)
      if body.frequency == .inbox { try await transaction.dropMail(of: citizen, causedBy: .target(target)) }
    }
    return .noContent
  }

  /// `DELETE /v1/follows/{kind}/{subject}`: 204, also when it was not followed; what waits to be mailed about it is
  /// dropped.
  func delete(_ request: Request) async throws -> Response {
    let citizen = try request.authenticated().citizen
    let target = try target(of: request)
    try await database.transaction { transaction in
      try await transaction.removeFollow(target, of: citizen)
      try await transaction.dropMail(of: citizen, causedBy: .target(target))
    }
    return .noContent
  }

  /// `GET /v1/follows`: the caller's own, all of them, oldest first. A title that is hidden is replaced by words in the
  /// language of the caller's contact, or in Korean.
  func list(_ request: Request) async throws -> Response {
    let citizen = try request.authenticated().citizen
    let language = try await database.contact(of: citizen)?.language ?? .korean
    let follows = try await database.follows(of: citizen, in: language)
    return try .json(Page(follows.map(FollowView.init), limit: Self.limit) { $0.subject })
  }

  private func target(of request: Request) throws(Problem) -> FollowTarget {
    guard let kind = request.parameters["kind"], let subject = request.parameters["subject"],
      let target = FollowTarget(kind: kind, subject: subject)
    else { throw .notFound("There is nothing of this name to follow.") }
    return target
  }
}

/// A follow as the API shows it.
struct FollowView: Encodable, Sendable {
  let kind: FollowTarget.Kind
  let subject: String
  let frequency: Frequency
  let followedAt: Date
  /// Of a task; neutral words where it is hidden from the caller.
  let title: String?

  init(_ follow: Follow) {
    kind = follow.target.kind
    subject = follow.target.subject
    frequency = follow.frequency
    followedAt = follow.followedAt
    title = follow.title
  }
}
