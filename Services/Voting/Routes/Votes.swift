import Contracts
import Crypto
import FoundationEssentials
import ServiceKit

extension Votes {
  /// `GET /v1/proposals/{id}/vote`
  func read(_ request: Request) async throws -> Response {
    let (vote, tally) = try await database.voteWithTally(on: request.id())
    let changes = vote.changesMade > 0 ? try await database.changes(of: vote) : []
    return try .json(VoteView(vote, tally, changes), cache: .seconds(1))
  }

  /// `GET /v1/votes?state=&limit=&after=`: newest first.
  func list(_ request: Request) async throws -> Response {
    let limit = try request.query("limit", default: 50, in: 1...500)
    let before = try request.query("after", default: Int(Int32.max), in: 0...Int(Int32.max))
    let state: VoteState? = try request.choice("state")
    let votes = try await database.votesWithTallies(in: state, before: Int32(before), limit + 1)
    return try .json(
      Page(votes, limit: limit) { String($0.vote.number) }.map { VoteView($0.vote, $0.tally) },
      cache: .seconds(1))
  }
}

/// A vote as the API shows it.
struct VoteView: Encodable, Sendable {
  let proposal: ProposalID
  let title: String
  let category: Category
  let reference: String?
  let state: VoteState
  let rule: VoteRule
  let ruleHash: String
  /// Nil while the rule hides it.
  let tally: TallyView?
  /// When it closes, beside the rule's time: later, if it was paused or extended.
  let closesAt: Date
  let pausedAt: Date?
  /// What was changed of its schedule, and why; nil without changes, and in lists.
  let changes: [VoteChangeView]?
  let openedAt: Date?
  let crossedAt: Date?
  let closedAt: Date?
  let carried: Bool?

  struct TallyView: Encodable, Sendable {
    let yes: Int64
    let no: Int64
    let void: Int64
    let quarantined: Int64
    let version: Int64
    let countedAt: Date?

    init(_ tally: Tally) {
      yes = tally.yes
      no = tally.no
      void = tally.void
      quarantined = tally.quarantined
      version = tally.version
      countedAt = tally.countedAt
    }
  }

  init(_ vote: Vote, _ tally: Tally, _ changes: [VoteChange] = []) {
    proposal = vote.proposal
    title = vote.title
    category = vote.category
    reference = vote.reference
    state = vote.state
    rule = vote.rule
    ruleHash = Hex.encode(vote.ruleHash)
    self.tally = vote.hidesTotals ? nil : TallyView(tally)
    closesAt = vote.endsAt
    pausedAt = vote.pausedAt
    self.changes = changes.isEmpty ? nil : changes.map(VoteChangeView.init)
    openedAt = vote.openedAt
    crossedAt = vote.hidesTotals ? nil : tally.crossedAt
    closedAt = vote.closedAt
    carried = vote.carried
  }
}
