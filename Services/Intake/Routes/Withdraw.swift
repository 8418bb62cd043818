import Contracts
import Postgres
import ServiceKit

extension Proposals {
  /// The body of a withdrawal.
  struct Withdrawal: Decodable, Sendable { let reason: WithdrawalReason }

  /// `POST /v1/proposals/{id}/withdrawal`: the author takes a proposal back.
  func withdraw(_ request: Request, _ body: Withdrawal) async throws -> Response {
    let citizen = try request.authenticated().citizen
    let id: ProposalID = try request.id()
    let now = clock.now
    return try await database.transaction { transaction in
      try await transaction.idempotent(request, at: now) {
        let proposal = try await transaction.readable(id, by: request.caller, locked: true)
        let change = try proposal.withdrawn(by: citizen, for: body.reason, at: now)
        try await transaction.update(change)
        try await transaction.publish(
          ProposalWithdrawn(proposal: id, reason: body.reason, withdrawnAt: now), at: now)
        return try .json(ProposalView(change))
      }
    }
  }
}
