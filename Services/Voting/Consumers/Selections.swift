import Contracts
import Crypto
import Postgres
import ServiceKit

extension Votes {
  /// A selected task gets its vote: the rule is fixed and hashed here and never looked up again.
  func apply(moderation envelope: Envelope<ModerationEvent>, in transaction: Transaction) async throws {
    guard case .selected(let task) = envelope.event else { return }
    let hash = try task.rule.hash()
    let isNew = try await transaction.insertVote(
      for: task, canonicalRule: try task.rule.canonicalJSON(), ruleHash: hash)
    guard isNew else {
      log.warning("task selected twice", ["proposal": "\(task.proposal)"])
      return
    }
    try await transaction.publish(
      VoteScheduled(
        proposal: task.proposal, title: task.title, category: task.category, rule: task.rule,
        ruleHash: Hex.encode(hash)), at: clock.now)
  }
}
