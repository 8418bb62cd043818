import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

extension Discussion {
  /// `POST /v1/opinions/{id}/hiding`: a member of the Support Unit proposes to hide a text; it waits for a second person.
  func proposeHiding(_ request: Request, _ body: HidingDraft) async throws -> Response {
    try await moderate(request) { opinion, staff, now throws(Problem) in
      try opinion.hidingProposed(for: body.code, body.explanation, by: staff, at: now)
    }
  }

  /// `POST /v1/opinions/{id}/hiding/confirmation`: the second person agrees, and the text is hidden.
  func confirmHiding(_ request: Request) async throws -> Response {
    try await moderate(request) { opinion, staff, now throws(Problem) in
      try opinion.hidingConfirmed(by: staff, at: now)
    }
  }

  /// `POST /v1/opinions/{id}/hiding/refusal`: the second person does not agree.
  func refuseHiding(_ request: Request) async throws -> Response {
    try await moderate(request) { opinion, staff, now throws(Problem) in
      try opinion.hidingRefused(by: staff, at: now)
    }
  }

  /// `POST /v1/opinions/{id}/restoration`: a hidden text can be read again.
  func restore(_ request: Request, _ body: RestorationDraft) async throws -> Response {
    try await moderate(request) { opinion, staff, now throws(Problem) in
      try opinion.restored(because: body.reason, by: staff, at: now)
    }
  }

  /// The opinion and its event change together, under the lock of the opinion's row: of two who act at once one does.
  private func moderate(
    _ request: Request, _ act: (Opinion, StaffMember, Date) throws(Problem) -> (Opinion, OpinionModerated)
  ) async throws -> Response {
    let id: OpinionID = try request.id()
    let caller = try request.authenticated()
    let now = clock.now
    return try await database.transaction { transaction in
      try await transaction.idempotent(request, at: now) {
        let opinion = try await transaction.opinion(id, locked: true)
        let (change, event) = try act(opinion, StaffMember(id: caller.citizen, role: caller.staffRole), now)
        try await transaction.update(change)
        try await transaction.publish(event, at: now)
        return try .json(OpinionView(change, for: caller.citizen, isStaff: true))
      }
    }
  }

  /// `GET /v1/opinions/hidings`: the hundred whose hiding has waited longest for a second person.
  func proposedHidings(_ request: Request) async throws -> Response {
    let unit = try request.authenticated().citizen
    let waiting = try await database.transaction { try await $0.opinionsWithProposedHiding(100) }
    let page = Page(waiting, limit: 100) { "\($0.id)" }
    return try .json(page.map { OpinionView($0, for: unit, isStaff: true) })
  }

  /// `GET /v1/opinions/flagged`: the hundred that readers flagged most and that nobody has hidden.
  func flagged(_ request: Request) async throws -> Response {
    let unit = try request.authenticated().citizen
    let flagged = try await database.transaction { try await $0.flaggedOpinions(100) }
    let page = Page(flagged, limit: 100) { "\($0.opinion.id)" }
    return try .json(
      page.map { FlaggedView(opinion: OpinionView($0.opinion, for: unit, isStaff: true), flags: $0.flags) })
  }
}

/// What readers flagged, as the Support Unit sees it.
struct FlaggedView: Encodable, Sendable {
  let opinion: OpinionView
  /// How many readers gave each reason.
  let flags: [String: Int]

  init(opinion: OpinionView, flags: [Opinion.FlagReason: Int]) {
    self.opinion = opinion
    self.flags = Dictionary(uniqueKeysWithValues: flags.map { ($0.key.rawValue, $0.value) })
  }
}

/// An opinion or answer as readers see it.
struct OpinionView: Encodable, Sendable {
  let id: OpinionID
  let proposal: ProposalID
  let answersTo: OpinionID?
  let side: Opinion.Side?
  /// Absent when it is hidden or deleted.
  let text: String?
  let writtenAt: Date
  let answers: Int
  let hiding: HidingView?
  /// For the Support Unit alone: nobody else holds it against the author.
  let proposedHiding: ProposedHidingView?
  let deletedAt: Date?
  /// Whether the caller wrote it.
  let mine: Bool

  init(_ opinion: Opinion, for reader: CitizenID?, isStaff: Bool = false) {
    id = opinion.id
    proposal = opinion.proposal
    answersTo = opinion.answersTo
    side = opinion.side
    text = opinion.isReadable ? opinion.text : nil
    writtenAt = opinion.writtenAt
    answers = opinion.answers
    hiding = opinion.hiding.map(HidingView.init)
    proposedHiding = isStaff ? opinion.proposedHiding.map(ProposedHidingView.init) : nil
    deletedAt = opinion.deletedAt
    mine = opinion.author == reader
  }
}
