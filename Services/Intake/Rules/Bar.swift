import Contracts
import FoundationEssentials

/// What is remembered of a proposal's bar, so that the same comes out in whatever order two topics are heard of: the votes
/// tell of each crossing and its loss, in their order, and the referrals of how the case goes by it, in theirs. A crossing
/// is named by its time.
struct Bar: Sendable, Equatable {
  /// The last crossing that was undone.
  var undone: Date?
  /// The last crossing by which there is a case; `always` where no bar brought it.
  var held: Date?
  /// Where the task stands by its case, as it was told last.
  var caseState: TaskState?

  /// Stands for the crossing by which there is a case that no bar brought: every other one is earlier, so that none that
  /// is undone ends it.
  static let always = Date.distantFuture

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
    guard bar.isHeld(crossing), let caseState = bar.caseState else { return changed }
    return changed.standing(caseState, at: crossing)
  }

  /// Follows the loss of a crossing, unless the case is known to go on by a later one.
  func barLost(_ crossing: Date, at time: Date) -> Proposal {
    var changed = self
    if bar.isLater(crossing, than: bar.undone) { changed.bar.undone = crossing }
    if let held = bar.held, bar.isLater(held, than: crossing) { return changed }
    // The case may have ended over it, and may have been heard of first.
    guard bar.caseState != .closed || !bar.isHeld(crossing) else { return changed.standing(.closed, at: time) }
    return changed.following(.loseBar, at: time) ?? changed
  }

  /// Follows the case: where the task stands by it, at first or again.
  /// - Parameters:
  ///   - crossing: by which the case goes on, or which is undone where it has ended over that; nil where the event names
  ///     none: the last one that was told.
  ///   - origin: what brought the case; nil where the event does not tell.
  func caseMoved(
    to next: TaskState, by crossing: Date?, from origin: CaseOrigin? = nil, at time: Date
  ) -> Proposal {
    var changed = self
    changed.bar.caseState = next
    if let origin, origin != .bar { changed.bar.held = Bar.always }
    if let crossing, bar.isLater(crossing, than: changed.bar.held) { changed.bar.held = crossing }
    if next == .closed, let crossing {
      // What ends the case undoes its crossing; a later one may have been heard of already.
      if bar.isLater(crossing, than: bar.undone) { changed.bar.undone = crossing }
      return state == .suspended ? changed.following(.lapse, at: time) ?? changed : changed
    }
    if let held = changed.bar.held, bar.isUndone(held) { return changed }
    if changed.bar.held == nil, bar.undone != nil, state == .suspended { return changed }
    return changed.standing(next, at: time)
  }
}
