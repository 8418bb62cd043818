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

  /// How a case stands.
  struct Course: Sendable, Equatable {
    var state: TaskState
    /// The crossing by which it goes on; nil from before that was told.
    var crossedAt: Date?
    /// As `Holder` names it; nil: it has ended.
    var holder: String?
    var dueAt: Date?

    /// Whether the case has come to its end: what becomes of the vote after that changes nothing.
    var hasEnded: Bool { [.declined, .completed, .discontinued].contains(state) }
  }

  /// Who has the task from its bar on; nil before that, and where the vote has closed without carrying.
  ///
  /// Crossings are named by their times, and a loss names the one that it undoes: so this is the same in whatever order
  /// votes and referrals are heard of.
  var custodyState: TaskState? {
    if let course, course.hasEnded || !isBroughtByBar { return course.state }
    if let loss = suspension {
      if isClosedWithout(loss) { return nil }
      return course?.state == .closed ? .closed : .suspended
    }
    if let course, stands(course) { return course.state }
    return receipt != nil || crossedAt != nil ? .referred : nil
  }

  /// Whether the case is there by a bar, and goes with it.
  private var isBroughtByBar: Bool { receipt?.origin ?? .bar == .bar }

  /// Whether the vote closed after it had lost its bar. Told by what it closed with, and by the times only where a vote
  /// closes while ballots are being voided: then it may not carry, and lose its bar a moment later.
  private func isClosedWithout(_ loss: Loss) -> Bool {
    guard let closing, !closing.carried, loss.crossedAt.isBefore(closing.at) else { return false }
    return !closing.at.isBefore(loss.at)
  }

  /// What the case is suspended by: that the last crossing that is known was undone. Nil while it goes on, and where no
  /// bar brought it.
  var suspension: Loss? {
    guard let loss, course?.hasEnded != true, isBroughtByBar else { return nil }
    let last = [crossedAt, resumption?.crossedAt].compactMap { $0 }.max()
    return last.map { loss.crossedAt.isBefore($0) } ?? false ? nil : loss
  }

  /// Whether the case goes on by a crossing that stands.
  private func stands(_ course: Course) -> Bool {
    guard let loss else { return true }
    return course.crossedAt.map { loss.crossedAt.isBefore($0) } ?? false
  }

  /// Until when the one who has the case owes something: the time that was told last.
  var dueAt: Date? { course?.dueAt }

  /// Takes how the case stands; its events come in their order.
  mutating func follow(_ event: ReferralEvent) {
    var next = course ?? Course(state: .referred)
    // What suspends or ends a case undoes the crossing that it names.
    if let crossing = event.crossing, event.taskState != .suspended, event.taskState != .closed {
      next.crossedAt = crossing
    }
    if let state = event.taskState, state != .suspended { next.state = state }
    if let custody = event.custody { (next.holder, next.dueAt) = (custody.holder, custody.dueAt) }
    course = next
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
