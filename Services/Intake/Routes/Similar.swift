import Contracts
import Postgres
import ServiceKit
import Synchronization

/// What is there already that is like what somebody writes.
struct SimilarProposals: Sendable {
  let database: Database
  let slots: SearchSlots

  /// `POST /v1/proposals/similar` with what was typed so far: the five most similar proposals.
  ///
  /// POST, since a text is too long for an address, and nobody's business before it is submitted.
  func search(_ request: Request, _ typed: SimilarityQuery.Typed) async throws -> Response {
    let asked = try SimilarityQuery(typed)
    return try .json(
      Page(asked.isEmpty ? [] : try await found(asked), limit: SimilarityQuery.shown) { $0.id.description })
  }

  /// What many texts have in common tells nothing about them.
  func learn() async throws { try await database.learnCommonTrigrams() }

  private func found(_ asked: SimilarityQuery) async throws -> [SimilarProposal] {
    guard slots.take() else { throw Problem.unavailable("Too many are searching at this moment.") }
    defer { slots.giveBack() }
    do {
      return try await database.transaction { transaction in
        try await transaction.limitSearch()
        return try await transaction.similar(to: asked)
      }
    } catch let error as PostgresError where error.isStatementTimeout {
      throw Problem.unavailable("The search takes too long at this moment.", retryAfter: 5)
    }
  }
}

/// How many searches may run at once: they must leave connections and processors to the rest of the service.
final class SearchSlots: Sendable {
  private let free: Atomic<Int>

  init(_ count: Int) { free = Atomic(count) }

  /// - Returns: false when all are taken.
  func take() -> Bool {
    guard free.subtract(1, ordering: .relaxed).newValue >= 0 else {
      giveBack()
      return false
    }
    return true
  }

  func giveBack() { free.add(1, ordering: .relaxed) }
}
