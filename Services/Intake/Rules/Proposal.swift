import Contracts
import FoundationEssentials
import ServiceKit

/// A proposal as intake remembers it.
struct Proposal: Sendable, Equatable {
  let id: ProposalID
  let author: CitizenID
  var text: ProposalText
  /// Counts the versions of the text.
  var revision = 1
  let channel: FilingChannel
  var state: TaskState
  var stateSince: Date
  let filedAt: Date
  /// When it came before the Support Unit; nil while it has too few supporters, or if it never had enough.
  var submittedAt: Date?
  /// The supporters that it takes; nil when it takes none.
  let gate: SupportersGate?
  var withdrawalReason: WithdrawalReason?
  var lapseReason: LapseReason?
  var rejection: Rejection?
  /// What the Support Unit asks the author to do.
  var returnNote: String?
  var merger: Merger?
  var bar = Bar()
  /// Citizens who support it.
  var sympathies: Int64 = 0
  /// The files that go with it; those that it was submitted with, for good.
  var attachments: [PublishedFile] = []
  /// When its vote closed; nil before.
  var voteClosedAt: Date?

  /// Why the Support Unit turned it down.
  struct Rejection: Sendable, Equatable {
    let code: RejectionCode
    let explanation: String
  }

  /// Which proposal goes on for it.
  struct Merger: Sendable, Equatable {
    let into: ProposalID
    let reason: String
  }

  /// Whether anybody may find it: what has too few supporters is the author's business.
  var isPublic: Bool { submittedAt != nil }

  /// Whether the public may not read the text: a hiding code hides it for good, also when the author has taken the
  /// proposal back.
  var isTextHidden: Bool { rejection?.code.hidesText ?? false }
}

/// What a citizen wrote.
struct ProposalText: Sendable, Equatable {
  let title: String
  let summary: String
  let body: String
  let category: Category
  /// Where it came from, for example the number of a petition.
  let reference: String?

  /// SHA-256 of the canonical text, hexadecimal.
  func fingerprint(with attachments: [PublishedFile]) throws -> String {
    try CanonicalText(
      title: title, summary: summary, body: body, category: category, reference: reference, attachments: attachments
    ).fingerprint()
  }
}

extension Proposal {
  /// Moves on by the table of the lifecycle, as this service decides.
  /// - Returns: the changed proposal; nil if the table does not allow `action` in this state.
  func moved(by action: TaskAction, at time: Date) -> Proposal? {
    Lifecycle.next(from: state, on: action).map { changed(to: $0, at: time) }
  }

  /// Follows what another service decided, whatever was heard before it.
  /// - Returns: the changed proposal; nil if it tells nothing new.
  func following(_ action: TaskAction, at time: Date) -> Proposal? {
    Lifecycle.following(state, on: action).map { changed(to: $0, at: time) }
  }

  /// Follows its case to where it stands.
  func standing(_ next: TaskState, at time: Date) -> Proposal { changed(to: next, at: time) }

  /// Follows a rejection. Its reason is kept also where a withdrawal was faster and decides the state: a text that is not
  /// for the public must not stay readable because its author took it back in time.
  func rejected(for reason: Rejection, at time: Date) -> Proposal {
    var changed = following(.reject, at: time) ?? self
    changed.rejection = reason
    return changed
  }

  /// Follows the end of an appeal. A rejection that was overturned hides nothing any more.
  func appealDecided(_ outcome: AppealOutcome, at time: Date) -> Proposal {
    var changed = following(outcome == .upheld ? .uphold : .overturn, at: time) ?? self
    if outcome == .overturned { changed.rejection = nil }
    return changed
  }

  /// Follows the end of its vote, whatever became of it before.
  func voteClosed(at time: Date) -> Proposal {
    var changed = following(.close, at: time) ?? self
    changed.voteClosedAt = time
    return changed
  }

  /// Why nothing is possible any more, or not yet.
  func wrongState(_ code: String) -> Problem {
    .conflict(code, "The proposal is \(state.rawValue) since \(JSON.timestamp(stateSince)).")
  }

  private func changed(to next: TaskState, at time: Date) -> Proposal {
    var changed = self
    if next != state { (changed.state, changed.stateSince) = (next, time) }
    return changed
  }
}
