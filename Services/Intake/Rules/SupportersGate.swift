import Contracts
import Crypto
import FoundationEssentials
import ServiceKit

/// What stands before the review of a proposal that came online: some people who find it worth reading. Fixed when it is
/// filed, so that a changed setting touches no proposal under way.
struct SupportersGate: Sendable, Equatable {
  /// Supporters that it takes; at least 1.
  let needed: Int
  /// When the proposal lapses unless there are enough.
  let endsAt: Date
  let invitation: Invitation
}

/// What the author hands to possible supporters: who has it can read the proposal and support it.
struct Invitation: Hashable, Sendable, LosslessStringConvertible {
  static let length = 16

  let bytes: [UInt8]

  /// - Parameter bytes: 16 of them that nobody can guess.
  init(bytes: [UInt8]) { self.bytes = bytes }

  static func random() -> Invitation { Invitation(bytes: randomBytes(length)) }

  init?(_ text: String) {
    guard let bytes = Base64URL.decode(text), bytes.count == Self.length else { return nil }
    self.bytes = bytes
  }

  var description: String { Base64URL.encode(bytes) }
}

extension Proposal {
  /// Whether a citizen may support it before its review.
  /// - Throws: `Problem` 409 for the author, and when it does not look for supporters any more.
  func checkSupport(by citizen: CitizenID, at now: Date) throws(Problem) {
    guard citizen != author else {
      throw .conflict("own-proposal", "The author cannot be among the supporters.")
    }
    guard state == .gathering, let gate, now < gate.endsAt else { throw wrongState("not-gathering") }
  }

  /// With one supporter more.
  /// - Parameter supporters: how many there are now.
  /// - Returns: the proposal before the Support Unit; nil while there are too few.
  func supported(by supporters: Int, at now: Date) -> Proposal? {
    guard let gate, supporters >= gate.needed, var changed = moved(by: .passGate, at: now) else { return nil }
    changed.submittedAt = now
    return changed
  }

  /// Without what it waited for.
  /// - Parameter revisionDays: days that an author has to revise what was returned.
  /// - Returns: nil while there is time left, or when it waits for nothing.
  func lapsed(at now: Date, revisionDays: Int) -> Proposal? {
    let reason: LapseReason
    switch state {
    case .gathering:
      guard let gate, gate.endsAt <= now else { return nil }
      reason = .noSupporters
    case .returned:
      guard stateSince.addingTimeInterval(86_400 * Double(revisionDays)) <= now else { return nil }
      reason = .notRevised
    default: return nil
    }
    var changed = moved(by: .lapse, at: now)
    changed?.lapseReason = reason
    return changed
  }
}

/// How many supporters a proposal takes that is filed now, and how long it may look for them.
struct GateRule: Sendable, Equatable {
  /// 0: every proposal goes to the Support Unit at once.
  let needed: Int
  let days: Int

  func gate(at now: Date) -> SupportersGate? {
    guard needed > 0 else { return nil }
    return SupportersGate(
      needed: needed, endsAt: now.addingTimeInterval(86_400 * Double(days)), invitation: .random())
  }
}

extension Proposal {
  /// What a citizen hands in: before the Support Unit at once if there is no gate.
  init(of text: ProposalText, by author: CitizenID, through gate: SupportersGate?, at now: Date) {
    self.init(
      id: ProposalID(), author: author, text: text, channel: .online, state: gate == nil ? .submitted : .gathering,
      stateSince: now, filedAt: now, submittedAt: gate == nil ? now : nil, gate: gate)
  }
}
