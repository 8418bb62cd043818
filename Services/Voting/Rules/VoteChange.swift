import Contracts
import FoundationEssentials
import ServiceKit

/// A change of an open vote's schedule, as the Support Unit orders it.
struct VoteChange: Sendable, Equatable {
  /// The name of each kind in the API and the database.
  enum Kind: String, Sendable, CaseIterable, Encodable {
    case pause, resumption
    case `extension`

    /// In the ballots' log.
    var record: ScheduleChange.Kind {
      switch self {
      case .pause: .pause
      case .resumption: .resumption
      case .extension: .extension
      }
    }
  }

  /// Seconds from the order to the beginning of a pause: every process has heard of it by then, and nobody is told that
  /// a ballot was received which will not count.
  static let notice = 1.0
  /// Seconds from now that a vote may be extended to at most.
  static let furthest = 366.0 * 86_400

  let number: Int64
  let kind: Kind
  let reason: String
  /// From when on it holds.
  let at: Date
  /// When the vote closes from then on.
  let closesAt: Date
}

extension Vote {
  /// Whether a ballot accepted now would count.
  func takesBallots(at now: Date) -> Bool {
    if let pausedAt, now >= pausedAt { return false }
    return now < endsAt
  }

  /// Takes no more ballots, from a moment on, until the resumption.
  /// - Throws: `Problem` 409 unless the vote is open, goes on for a moment, and is not paused.
  func paused(for reason: String, at now: Date) throws(Problem) -> VoteChange {
    try requireChangeable(at: now)
    guard pausedAt == nil else { throw .conflict("vote-paused", "The vote is paused.") }
    let at = now.addingTimeInterval(VoteChange.notice)
    guard at < endsAt else { throw .conflict("vote-closed", "The vote closes at \(JSON.timestamp(endsAt)).") }
    return change(.pause, reason, at: at, closesAt: endsAt)
  }

  /// Takes ballots again, and closes by as much later as it was paused.
  /// - Throws: `Problem` 409 unless the vote is paused.
  func resumed(for reason: String, at now: Date) throws(Problem) -> VoteChange {
    try requireChangeable(at: now)
    guard let pausedAt else { throw .conflict("vote-not-paused", "The vote is not paused.") }
    let at = max(now, pausedAt)
    return change(
      .resumption, reason, at: at, closesAt: endsAt.addingTimeInterval(at.timeIntervalSince(pausedAt)))
  }

  /// Closes later.
  /// - Throws: `Problem` 409 unless the vote is open, 422 unless `time` is later than the present end.
  func extended(to time: Date, for reason: String, at now: Date) throws(Problem) -> VoteChange {
    try requireChangeable(at: now)
    let pointer = "#/closesAt"
    if time <= endsAt || time <= now {
      throw .invalid([.init(pointer, "must be later than \(JSON.timestamp(max(now, endsAt)))")])
    }
    guard time <= now.addingTimeInterval(VoteChange.furthest) else {
      throw .invalid([.init(pointer, "must be at most 366 days from now")])
    }
    return change(.extension, reason, at: now, closesAt: time)
  }

  private func change(_ kind: VoteChange.Kind, _ reason: String, at time: Date, closesAt: Date) -> VoteChange {
    VoteChange(
      number: changesOrdered + 1, kind: kind, reason: reason, at: time.wholeMilliseconds,
      closesAt: closesAt.wholeMilliseconds)
  }

  private func requireChangeable(at now: Date) throws(Problem) {
    guard state == .open else { throw .conflict("vote-not-open", "The vote is \(state.rawValue).") }
    guard changesOrdered == changesMade else {
      throw .conflict(
        "change-under-way", "Another change of this vote's schedule is on its way. Try again in a moment.")
    }
    guard pausedAt != nil || now < endsAt else {
      throw .conflict("vote-closed", "The vote closed at \(JSON.timestamp(endsAt)).")
    }
  }
}
