import Contracts
import FoundationEssentials

extension Facts {
  /// That the vote did not carry any more.
  struct Loss: Sendable, Equatable {
    /// Names the crossing that was undone.
    let crossedAt: Date
    let at: Date
    /// Votes that were left.
    let yes: Int64
    let no: Int64
  }

  /// That a suspended case went on.
  struct Resumption: Sendable, Equatable {
    /// Names the crossing that it goes on by.
    let crossedAt: Date
    /// The slug of the ministry in charge; nil: the Committee has the case.
    let ministry: String?
    let dueAt: Date
  }

  /// Who has the task from its bar on; nil before that, and where the vote has closed without carrying.
  ///
  /// Crossings are named by their times, and a loss names the one that it undoes: so this is the same in whatever order
  /// votes and referrals are heard of.
  var custodyState: TaskState? {
    if let loss = suspension {
      return isClosedWithout(loss) ? nil : .suspended
    }
    if isWithMinistry { return .assigned }
    return receipt != nil || crossedAt != nil ? .referred : nil
  }

  /// Whether the vote closed after it had lost its bar. Told by what it closed with, and by the times only where a vote
  /// closes while ballots are being voided: then it may not carry, and lose its bar a moment later.
  private func isClosedWithout(_ loss: Loss) -> Bool {
    guard let closing, !closing.carried, loss.crossedAt.isBefore(closing.at) else { return false }
    return !closing.at.isBefore(loss.at)
  }

  /// What the case is suspended by: that the last crossing that is known was undone. Nil while it goes on.
  var suspension: Loss? {
    guard let loss else { return nil }
    let last = [crossedAt, resumption?.crossedAt].compactMap { $0 }.max()
    return last.map { loss.crossedAt.isBefore($0) } ?? false ? nil : loss
  }

  /// Whether a ministry is in charge by a crossing that stands.
  private var isWithMinistry: Bool {
    guard let assignment else { return false }
    guard let loss else { return true }
    let crossings = [assignment.crossedAt, resumption?.ministry == nil ? nil : resumption?.crossedAt]
    return crossings.compactMap { $0 }.contains { loss.crossedAt.isBefore($0) }
  }

  /// Until when the one who has the case owes something: the time that was told last.
  var dueAt: Date? {
    guard let assignment else { return resumption?.dueAt ?? receipt?.dueAt }
    return resumption?.ministry == nil ? assignment.dueAt : resumption?.dueAt
  }

  /// Takes a crossing, unless a later one is known.
  mutating func cross(at crossing: Date) {
    if let crossedAt, crossing.isBefore(crossedAt) { return }
    crossedAt = crossing
  }

  /// Takes a loss, unless that of a later crossing is known.
  mutating func lose(_ loss: Loss) {
    if let known = self.loss, loss.crossedAt.isBefore(known.crossedAt) { return }
    self.loss = loss
  }

  /// Takes the numbers of a closed vote that were amended, unless later ones are known.
  mutating func amend(_ amendment: Closing) {
    if let known = self.amendment, amendment.at.isBefore(known.at) { return }
    self.amendment = amendment
  }

  /// Takes the end of a suspension, unless a later one is known.
  mutating func resume(_ resumption: Resumption) {
    if let known = self.resumption, resumption.crossedAt.isBefore(known.crossedAt) { return }
    self.resumption = resumption
  }
}

extension Date {
  /// By whole milliseconds: a time that was stored is not the same to the last bit.
  fileprivate func isBefore(_ other: Date) -> Bool { milliseconds < other.milliseconds }
}
