import Contracts
import FoundationEssentials
import ServiceKit

extension BallotBox {
  struct Status: Encodable, Sendable {
    let proposal: ProposalID
    let state: BallotState
    let choice: Choice?
    let reason: String?
  }

  /// `GET /v1/proposals/{id}/ballot?receipt=`: what became of the caller's ballot; with a receipt, of that one.
  ///
  /// Nobody else's ballot can be asked for: the row is found by the caller's own pseudonym.
  func state(_ request: Request) async throws -> Response {
    let caller = try request.authenticated()
    let proposal: ProposalID = try request.id()
    var receipt: Receipt?
    if let text = request.query("receipt") {
      guard let known = Receipt(text), (0..<Topics.ballots.partitions).contains(known.partition) else {
        throw Problem.badRequest("receipt is not a receipt of this ballot box.")
      }
      receipt = known
    }
    let vote = try await database.existingVote(on: proposal)
    let pseudonym = Pseudonyms.pseudonym(
      issuer: caller.issuer, subject: caller.subject, key: book.key(of: proposal))
    if let receipt, receipt.partition != BallotRecord.partition(of: pseudonym, count: Topics.ballots.partitions) {
      throw Problem.forbidden("The receipt is not the caller's.")
    }
    let trace = try await database.trace(of: pseudonym, in: vote, receipt: receipt)
    let state = trace.state(of: receipt)
    return try .json(
      Status(
        proposal: proposal, state: state, choice: trace.first?.state == state ? trace.first?.choice : nil,
        reason: trace.reason(for: state)))
  }
}
