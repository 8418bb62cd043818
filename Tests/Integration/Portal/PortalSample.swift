import Contracts
import FoundationEssentials
import Postgres

@testable import Portal

/// The events of one task from its submission to its ministry, as the portal reads them.
struct PortalSample: Sendable {
  let id = ProposalID()
  let caseID = CaseID()
  let number: Int
  let ministry: String
  var title = "밤 버스"
  var isOffensive = false
  var hidesTally = false
  /// Nothing but that it looks for supporters.
  var isGathering = false
  var author = CitizenID()
  var supporters = [CitizenID(), CitizenID()]

  init(_ number: Int, ministry: String = "molit") {
    self.number = number
    self.ministry = ministry
  }

  /// A day each, and every task a minute later than the one before.
  func time(_ day: Int) -> Date {
    Date(milliseconds: 1_770_000_000_000 + Int64(day) * 86_400_000 + Int64(number) * 60_000)
  }

  private var rule: VoteRule {
    VoteRule(
      yesBar: 100, referral: .atOnce, opensAt: time(6), closesAt: time(36), minimumTurnout: 0, majority: false,
      electorate: .citizens, totals: hidesTally ? .hidden : .running)
  }

  /// One topic's events, in their order.
  enum Told: Sendable {
    case proposal(ProposalEvent)
    case moderation(ModerationEvent)
    case vote(VoteEvent, Date)
    case tally(TallyEvent)
    case referral(ReferralEvent)
  }

  var topics: [[Told]] {
    let sought = SupportersSought(
      proposal: id, author: author, title: title, category: .transport, needed: 2, endsAt: time(20), filedAt: time(0))
    guard !isGathering else { return [[.proposal(.supportersSought(sought))]] }
    return [
      [
        .proposal(.supportersSought(sought)),
        .proposal(
          .submitted(
            ProposalSubmitted(
              proposal: id, author: author, title: title, summary: title, body: title, category: .transport,
              reference: title, supporters: supporters, submittedAt: time(1)))),
      ],
      isOffensive
        ? [
          .moderation(
            .rejected(ProposalRejected(proposal: id, code: .offensive, explanation: "이유", rejectedAt: time(3))))
        ]
        : [
          .moderation(.accepted(ProposalAccepted(proposal: id, acceptedAt: time(3)))),
          .moderation(
            .selected(
              TaskSelected(
                proposal: id, author: author, title: title, category: .transport, reference: nil, rule: rule,
                reason: "많은 관심", selectedAt: time(5)))),
        ],
      [
        .vote(
          .scheduled(VoteScheduled(proposal: id, title: title, category: .transport, rule: rule, ruleHash: "ab")),
          time(5)),
        .vote(.opened(VoteOpened(proposal: id, rule: rule, ruleHash: "ab", openedAt: time(6))), time(6)),
      ],
      [
        .tally(
          .counted(
            TallyCounted(proposal: id, version: 9, yes: 7_777, no: 3, countedUpTo: [9], countedAt: time(7))))
      ],
      isOffensive || hidesTally
        ? []
        : [
          .referral(
            .received(
              CaseReceived(
                caseID: caseID, proposal: id, title: title, category: .transport, yes: 101, no: 1, yesBar: 100,
                ruleHash: "ab", receivedAt: time(8), dueAt: time(38)))),
          .referral(
            .assigned(
              CaseAssigned(
                caseID: caseID, proposal: id, ministry: ministry, title: title, summary: title, body: title,
                category: .transport, yes: 101, no: 1, yesBar: 100, ruleHash: "ab", assignedAt: time(9),
                dueAt: time(69)))),
        ],
    ]
  }

  /// Tells the portal everything, topic by topic; what is told again has no further effect.
  func tell(to database: Database, order: [Int]? = nil) async throws {
    let topics = topics
    for topic in order ?? Array(topics.indices) where topics.indices.contains(topic) {
      for (offset, told) in topics[topic].enumerated() {
        try await database.transaction { transaction in try await apply(told, Int64(offset), in: transaction) }
      }
    }
  }

  /// Tells the portal how a result of the task was rated on a day.
  func tellRatings(
    _ distribution: [Int64], of rated: RatingSubject, on day: Int, sequence: Int64, to database: Database
  ) async throws {
    let event = CaseRatingsCounted(
      caseID: caseID, proposal: id, title: title, rated: rated, ministry: ministry, distribution: distribution,
      countedAt: time(day))
    let envelope = Envelope<ReferralEvent>(
      id: UUID(), type: CaseRatingsCounted.type, time: time(day), subject: caseID.uuid, sequence: sequence,
      event: .ratingsCounted(event), data: Array(try JSON.encode(event)))
    try await database.transaction { try await Chronicle().apply(referral: envelope, in: $0) }
  }

  private func envelope<Family: EventFamily>(_ event: Family, _ type: String, _ offset: Int64, at time: Date)
    -> Envelope<Family>
  {
    Envelope(
      id: UUID(), type: type, time: time, subject: id.uuid, sequence: offset + 1, event: event,
      position: RecordPosition(topic: Family.topic.name, partition: 0, offset: offset))
  }

  private func apply(_ told: Told, _ offset: Int64, in transaction: Transaction) async throws {
    let chronicle = Chronicle()
    switch told {
    case .proposal(let event):
      let envelope = envelope(event, ProposalSubmitted.type, offset, at: time(0))
      try await chronicle.apply(proposal: envelope, in: transaction)
    case .moderation(let event):
      let envelope = envelope(event, ProposalAccepted.type, offset, at: time(0))
      try await chronicle.apply(moderation: envelope, in: transaction)
    case .vote(let event, let time):
      let envelope = envelope(event, VoteOpened.type, offset, at: time)
      try await chronicle.apply(vote: envelope, in: transaction)
    case .tally(let event):
      let envelope = envelope(event, TallyCounted.type, offset, at: time(0))
      try await chronicle.apply(tally: envelope, in: transaction)
    case .referral(let event):
      let envelope = envelope(event, CaseAssigned.type, offset, at: time(0))
      try await chronicle.apply(referral: envelope, in: transaction)
    }
  }
}
