import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

extension Proposals {
  /// `GET /v1/proposals/{id}/supporters`: for the author alone, with the invitation to hand on. 404 to everybody else and
  /// when the proposal takes no supporters.
  func supporters(_ request: Request) async throws -> Response {
    let author = try request.authenticated().citizen
    let id: ProposalID = try request.id()
    return try await database.transaction { transaction in
      let proposal = try await transaction.proposal(id, locked: false)
      guard proposal.author == author, let gate = proposal.gate else { throw Problem.noProposal(id) }
      let count = try await transaction.supporters(of: id).count
      return try .json(
        SupportersView(
          state: proposal.state, supporters: count, needed: gate.needed, endsAt: gate.endsAt,
          invitation: gate.invitation.description))
    }
  }

  /// `GET /v1/invitations/{invitation}`: what a possible supporter reads. 404 for an invitation that nobody gave.
  func invitation(_ request: Request) async throws -> Response {
    let invitation = try request.invitation()
    return try await database.transaction { transaction in
      let proposal = try await transaction.proposal(invitedBy: invitation, locked: false)
      guard let gate = proposal.gate else { throw Problem.noProposal(proposal.id) }
      let count = try await transaction.supporters(of: proposal.id).count
      return try .json(
        InvitationView(
          proposal: ProposalView(proposal), supporters: count, needed: gate.needed, endsAt: gate.endsAt))
    }
  }

  /// `POST /v1/invitations/{invitation}/support`: the caller is among the supporters from then on, however often they say so.
  /// The last one that was asked for brings the proposal before the Support Unit. 409 for the author, and when it looks
  /// for supporters no more.
  func support(_ request: Request) async throws -> Response {
    let citizen = try request.authenticated().citizen
    let invitation = try request.invitation()
    let now = clock.now
    return try await database.transaction { transaction in
      // Under the lock of the row: of two who come at once, one is the last.
      var proposal = try await transaction.proposal(invitedBy: invitation, locked: true)
      var supporters = try await transaction.supporters(of: proposal.id)
      if !supporters.contains(citizen) {
        try proposal.checkSupport(by: citizen, at: now)
        try await transaction.insertSupporter(citizen, of: proposal.id, at: now)
        supporters.append(citizen)
        if let passed = proposal.supported(by: supporters.count, at: now) {
          proposal = passed
          try await transaction.update(proposal)
          try await transaction.publish(proposal.submission(supporters: supporters, at: now), at: now)
        }
      }
      return try .json(
        SupportersView(
          state: proposal.state, supporters: supporters.count, needed: proposal.gate?.needed ?? 0,
          endsAt: proposal.gate?.endsAt ?? now, invitation: nil))
    }
  }

  /// Ends what waited too long: for supporters, or for a revision that the Support Unit asked for.
  func lapse() async throws {
    let now = clock.now
    let returnedBefore = now.addingTimeInterval(-86_400 * Double(revisionDays))
    // In portions, each proposal in a transaction of its own.
    let overdue = try await database.overdueProposals(at: now, returnedBefore: returnedBefore, 500)
    for id in overdue {
      try await database.transaction { transaction in
        // It may have moved on meanwhile.
        let proposal = try await transaction.proposal(id, locked: true)
        guard let lapsed = proposal.lapsed(at: now, revisionDays: revisionDays), let reason = lapsed.lapseReason else {
          return
        }
        try await transaction.update(lapsed)
        try await transaction.publish(ProposalLapsed(proposal: id, reason: reason, lapsedAt: now), at: now)
      }
    }
  }
}

extension Request {
  /// - Throws: `Problem` 404
  fileprivate func invitation() throws(Problem) -> Invitation {
    guard let invitation = parameters["invitation"].flatMap(Invitation.init) else {
      throw .notFound("There is no such invitation.")
    }
    return invitation
  }
}

/// How far a proposal is on its way to the Support Unit.
struct SupportersView: Encodable, Sendable {
  let state: TaskState
  let supporters: Int
  let needed: Int
  let endsAt: Date
  /// For the author alone.
  let invitation: String?
}

/// A proposal as those see it who are asked to support it.
struct InvitationView: Encodable, Sendable {
  let proposal: ProposalView
  let supporters: Int
  let needed: Int
  let endsAt: Date
}
