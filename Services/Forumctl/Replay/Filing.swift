import Contracts
import FoundationEssentials
import HTTPClient

/// Brings petitions to an open vote: proposes them, decides on them as the Support Unit, waits until ballots are taken.
///
/// Everything carries a key made from the rules of the replay, so that a restarted one finds what the first one made.
struct Filing: Sendable {
  let api: ForumAPI
  let plan: Plan
  let drafts: [Petition.Draft]
  let citizens: Citizens
  /// When the votes close; nil: in 30 days.
  let closesAt: Date?
  /// Petitions on their way at a time.
  static let width = 16

  private struct Created: Decodable {
    let id: ProposalID
    let state: TaskState
  }
  private struct Supporters: Decodable {
    let supporters: Int
    let needed: Int
    let invitation: String
  }
  private struct Contact: Encodable {
    let email: String
    let language = "ko"
  }
  private struct Rejection: Encodable {
    let code = "no-action"
    let explanation = "이 제안은 정부가 조치할 수 있는 사항이 아닙니다."
  }
  private struct Selection: Encodable {
    /// When it opens is left to the default: now.
    struct Rule: Encodable {
      let yesBar: Int
      let referral = "at-once"
      let closesAt: Date?
    }
    let reason = "많은 국민이 관심을 보인 제안입니다."
    let rule: Rule
  }

  static func address(of number: Int) -> String { "proposer-\(number)@example.org" }

  /// - Returns: the proposals in the order of the petitions.
  /// - Throws: `Failure` for the first that does not come as far as it should.
  func run() async throws -> [ProposalID] {
    let proposals = try await Progress.show("proposals filed and reviewed", of: drafts.count) { progress in
      try await concurrently(drafts.count, width: Self.width) { index in
        let proposal = try await file(index)
        try await review(index, proposal)
        progress.add()
        return proposal
      }
    }
    let open = plan.expectations.indices.filter { !plan.expectations[$0].isRejected }
    try await Progress.show("votes open", of: open.count) { progress in
      _ = try await concurrently(open.count, width: Self.width) { number in
        try await awaitOpening(of: proposals[open[number]])
        progress.add()
      }
    }
    return proposals
  }

  private func key(_ index: Int, _ step: String) -> String {
    "replay-\(plan.rules.name)-\(plan.expectations[index].number)-\(step)"
  }

  private func file(_ index: Int) async throws -> ProposalID {
    let contact = try JSON.encode(Contact(email: Self.address(of: plan.expectations[index].number)))
    let token = citizens.proposers[index]
    try await demand("PUT", "/v1/contact", token, key: nil, contact)
    let created = try await api.json(
      Created.self, "POST", "/v1/proposals", token: token, key: key(index, "proposal"),
      body: try JSON.encode(drafts[index]))
    if created.state == .gathering { try await support(created.id, of: token) }
    return created.id
  }

  /// Hands the invitation on to as many people as the proposal takes.
  private func support(_ proposal: ProposalID, of author: String) async throws {
    let gate = try await api.json(Supporters.self, "GET", "/v1/proposals/\(proposal)/supporters", token: author)
    guard gate.needed <= citizens.supporters.count else {
      throw Failure(
        "a proposal takes \(gate.needed) supporters, more than the \(citizens.supporters.count) of a replay")
    }
    let path = "/v1/invitations/\(gate.invitation)/support"
    // An earlier run may have come this far: who supports it again changes nothing.
    for supporter in citizens.supporters.prefix(gate.needed) {
      try await demand("POST", path, supporter, key: nil, [], done: [409])
    }
  }

  private func review(_ index: Int, _ proposal: ProposalID) async throws {
    let path = "/v1/proposals/\(proposal)"
    guard !plan.expectations[index].isRejected else {
      return try await decide("\(path)/rejection", key(index, "rejection"), try JSON.encode(Rejection()))
    }
    try await decide("\(path)/acceptance", key(index, "acceptance"), Array("{}".utf8))
    let selection = Selection(rule: Selection.Rule(yesBar: plan.rules.bar, closesAt: closesAt))
    // A replay that is begun again closes at another time: that is another request.
    let step = closesAt.map { "selection-\($0.milliseconds)" } ?? "selection"
    try await decide("\(path)/selection", key(index, step), try JSON.encode(selection))
  }

  /// 404 means that moderation has not heard of the proposal yet; 409, that an earlier run decided.
  private func decide(_ path: String, _ key: String, _ body: [UInt8]) async throws {
    try await demand("POST", path, citizens.supportUnit, key: key, body, pending: [404], done: [409])
  }

  private func demand(
    _ method: String, _ path: String, _ token: String, key: String?, _ body: [UInt8], pending: Set<Int> = [],
    done: Set<Int> = []
  ) async throws {
    let response = try await api.call(method, path, token: token, key: key, body: body, pending: pending)
    guard (200..<300).contains(response.status) || done.contains(response.status) else {
      throw Failure("\(method) \(path) answers \(response.status) \(ForumAPI.excerpt(response))")
    }
  }

  private func awaitOpening(of proposal: ProposalID) async throws {
    let end = ContinuousClock.now + api.patience
    while true {
      let vote = try await api.json(VoteAnswer.self, "GET", "/v1/proposals/\(proposal)/vote", pending: [404])
      if vote.state == "open" { return }
      guard vote.state == "scheduled", ContinuousClock.now < end else {
        throw Failure("the vote on \(proposal) (petition \(vote.reference ?? "?")) is \(vote.state), not open")
      }
      try await Task.sleep(for: .milliseconds(200))
    }
  }
}
