import Contracts
import FoundationEssentials
import ServiceKit

/// How far a ruling has come.
enum RulingState: String, Codable, Sendable, CaseIterable {
  /// A second person has yet to decide.
  case proposed
  /// The second person did not agree, or the first one took it back.
  case refused
  /// On its way to the log, and through it to the count.
  case confirmed
  /// The count has taken it.
  case complete
}

/// What the Support Unit orders about ballots of a vote: that they are void, or released from quarantine. One person
/// proposes it, another confirms it, and only then it is told in the log.
struct Ruling: Sendable, Equatable, AwaitsSecondPerson {
  let id: RulingID
  let vote: Int32
  let kind: RulingKind
  let code: RulingCode
  let reason: String
  let condition: BallotCondition
  var state: RulingState
  /// The ballots that are listed, by choice.
  let listedYes: Int64
  let listedNo: Int64
  let proposedBy: CitizenID
  let proposedAt: Date
  var decidedBy: CitizenID?
  var decidedAt: Date?
  /// Why it was not confirmed.
  var refusal: String?
  /// The ballots that the count changed, once it has.
  let completedAt: Date?
  let yes: Int64?
  let no: Int64?

  /// The second person agrees.
  /// - Throws: `Problem` 409 when it is decided, 403 for who proposed it.
  func confirmed(by staff: CitizenID, at now: Date) throws(Problem) -> Ruling {
    try checkSecondPerson(staff, "ruling")
    return try decided(.confirmed, by: staff, at: now)
  }

  /// The second person does not agree, or who proposed it thinks better of it.
  /// - Throws: `Problem` 409 when it is decided.
  func refused(for reason: String, by staff: CitizenID, at now: Date) throws(Problem) -> Ruling {
    var ruling = try decided(.refused, by: staff, at: now)
    ruling.refusal = reason
    return ruling
  }

  private func decided(_ state: RulingState, by staff: CitizenID, at now: Date) throws(Problem) -> Ruling {
    guard self.state == .proposed else {
      throw .conflict("ruling-decided", "The ruling is \(self.state.rawValue) already.")
    }
    var ruling = self
    ruling.state = state
    ruling.decidedBy = staff
    ruling.decidedAt = now
    return ruling
  }
}

/// A ballot that is meant by a condition.
struct ListedBallot: Sendable, Hashable {
  let partition: Int16
  let offset: Int64
  /// The first 16 bytes.
  let pseudonym: UUID
  let isYes: Bool
  let isQuarantined: Bool
}

/// What a ruling would do if it was confirmed now.
struct RulingForecast: Sendable, Equatable {
  /// A count, and whether the task is over its bar with it.
  struct Standing: Sendable, Equatable {
    let yes: Int64
    let no: Int64
    let void: Int64
    let quarantined: Int64
    let isCarried: Bool
  }

  let yes: Int64
  let no: Int64
  /// Of both.
  let quarantined: Int64
  let before: Standing
  let after: Standing

  init(_ kind: RulingKind, _ ballots: [ListedBallot], _ tally: Tally, _ rule: VoteRule) {
    func count(_ isMeant: (ListedBallot) -> Bool) -> Int64 { Int64(ballots.count(where: isMeant)) }
    yes = count(\.isYes)
    no = count { !$0.isYes }
    quarantined = count(\.isQuarantined)
    let (yesCounted, noCounted) = (
      count { $0.isYes && !$0.isQuarantined }, count { !$0.isYes && !$0.isQuarantined }
    )
    func standing(_ yes: Int64, _ no: Int64, void: Int64, quarantined: Int64) -> Standing {
      Standing(yes: yes, no: no, void: void, quarantined: quarantined, isCarried: rule.isCarried(yes: yes, no: no))
    }
    before = standing(tally.yes, tally.no, void: tally.void, quarantined: tally.quarantined)
    let left = tally.quarantined - quarantined
    after =
      switch kind {
      case .void:
        standing(
          tally.yes - yesCounted, tally.no - noCounted, void: tally.void + Int64(ballots.count), quarantined: left)
      case .release: standing(tally.yes + yes, tally.no + no, void: tally.void, quarantined: left)
      }
  }
}
