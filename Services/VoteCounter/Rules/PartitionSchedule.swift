import Contracts

/// The schedule of a vote as of the changes that one partition has passed. A ballot is judged by those before it in its
/// partition: whoever replays the log judges it alike.
struct PartitionSchedule: Sendable, Equatable {
  /// Of the change that was passed last; 0: none.
  private(set) var number: Int64 = 0
  /// Milliseconds since 1970.
  private var closesAt: Int64
  /// Pauses that are over.
  private var pauses: [Range<Int64>] = []
  /// When the pause began that is not over.
  private var pausedAt: Int64?

  init(closesAt: Int64) { self.closesAt = closesAt }

  /// Why a ballot does not count; nil if it does.
  func rejection(acceptedAt: Int64) -> Rejection? {
    if let pausedAt, acceptedAt >= pausedAt { return .paused }
    if pauses.contains(where: { $0.contains(acceptedAt) }) { return .paused }
    return acceptedAt < closesAt ? nil : .tooLate
  }

  /// - Parameter time: from when on the change holds, in milliseconds since 1970.
  mutating func take(_ change: ScheduleChange, from time: Int64) -> VoteStanding.ControlOutcome {
    if change.number <= number { return .repeated }
    guard change.number == number + 1 else { return .rejected(.outOfOrder) }
    number = change.number
    closesAt = change.closesAt
    switch change.kind {
    case .pause: pausedAt = pausedAt ?? time
    case .resumption:
      if let pausedAt, pausedAt < time { pauses.append(pausedAt..<time) }
      pausedAt = nil
    case .extension: break
    }
    return .taken
  }
}
