import Contracts
import FoundationEssentials

/// What is remembered of a proposal's bar, so that the same comes out in whatever order two topics are heard of: the votes
/// tell of each crossing and its loss, in their order, and the referrals of the ministry in charge, in theirs. A crossing
/// is named by its time.
struct Bar: Sendable, Equatable {
  /// The last crossing that was undone.
  var undone: Date?
  /// The last crossing by which a ministry is in charge.
  var held: Date?

  fileprivate func isUndone(_ crossing: Date) -> Bool { !isLater(crossing, than: undone) }

  fileprivate func isHeld(_ crossing: Date) -> Bool { held.map { !isLater(crossing, than: $0) } ?? false }

  fileprivate func isLater(_ crossing: Date, than other: Date?) -> Bool {
    other.map { crossing.milliseconds > $0.milliseconds } ?? true
  }
}

extension Proposal {
  /// Follows a crossing; one that was undone meanwhile tells nothing new.
  func barCrossed(at crossing: Date) -> Proposal {
    if bar.isUndone(crossing) { return self }
    let changed = following(.crossBar, at: crossing) ?? self
    return bar.isHeld(crossing) ? changed.following(.assign, at: crossing) ?? changed : changed
  }

  /// Follows the loss of a crossing, unless a ministry is known to be in charge by a later one.
  func barLost(_ crossing: Date, at time: Date) -> Proposal {
    var changed = self
    if bar.isLater(crossing, than: bar.undone) { changed.bar.undone = crossing }
    if let held = bar.held, bar.isLater(held, than: crossing) { return changed }
    return changed.following(.loseBar, at: time) ?? changed
  }

  /// Follows a ministry's being in charge, at first or again.
  /// - Parameter crossing: nil in what was published before a bar could be lost.
  func ministryInCharge(by crossing: Date?, at time: Date) -> Proposal {
    guard let crossing else { return bar.undone == nil ? following(.assign, at: time) ?? self : self }
    var changed = self
    if bar.isLater(crossing, than: bar.held) { changed.bar.held = crossing }
    if bar.isUndone(crossing) { return changed }
    return changed.following(.assign, at: time) ?? changed
  }
}
