import Contracts
import FoundationEssentials

/// A hold with the places of the events that began and ended it.
struct Link: Sendable, Equatable {
  let hold: Hold
  let begun: Source
  let ended: Source?

  /// An event, and where its record stands in Kafka as far as that is known.
  struct Source: Sendable, Equatable {
    let event: UUID
    let type: String?
    let position: RecordPosition?
  }
}

/// The chain of custody of one task as the API shows it.
struct CustodyView: Encodable, Sendable {
  let task: ProposalID
  let state: TaskState
  /// What brought the case; absent while there is none, and from before that was kept.
  let origin: CaseOrigin?
  /// The off-line event that left the task outstanding; absent where something else brought the case.
  let event: OfflineEvent?
  let holds: [Item]

  struct Item: Encodable, Sendable {
    let holder: String
    let name: Words
    let step: String
    let since: Date
    let until: Date?
    let dueAt: Date?
    let late: Bool
    let lateDays: Int
    let begunBy: EventPlace
    let endedBy: EventPlace?
  }

  struct Words: Encodable, Sendable {
    let korean: String
    let english: String
  }

  struct EventPlace: Encodable, Sendable {
    let event: String
    let type: String?
    let topic: String?
    let partition: Int32?
    let offset: Int64?

    init(_ source: Link.Source) {
      event = source.event.uuidString.lowercased()
      type = source.type
      topic = source.position?.topic
      partition = source.position?.partition
      offset = source.position?.offset
    }
  }

  init(_ facts: Facts, _ chain: [Link], at now: Date) {
    task = facts.proposal
    state = facts.state
    (origin, event) = (facts.receipt?.origin, facts.receipt?.event)
    holds = chain.map { link in
      let hold = link.hold
      let days = hold.lateDays(at: now)
      return Item(
        holder: hold.holder,
        name: Words(
          korean: Language.korean.label(holder: hold.holder), english: Language.english.label(holder: hold.holder)),
        step: hold.step.rawValue, since: hold.since, until: hold.until, dueAt: hold.dueAt, late: days > 0,
        lateDays: days, begunBy: EventPlace(link.begun), endedBy: link.ended.map(EventPlace.init))
    }
  }
}
