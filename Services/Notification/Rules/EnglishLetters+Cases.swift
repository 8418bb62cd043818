import Contracts
import FoundationEssentials

/// Of a case before the Committee, the strategy meeting and a ministry. The words are for authors and followers alike.
extension EnglishLetters {
  static func words(for event: ReferralEvent) -> Letter.Words {
    switch event {
    case .received, .membersAssigned, .scheduled, .deliberated, .decided, .supplemented: committee(event)
    case .submitted, .placedOnAgenda, .concluded: meeting(event)
    case .assigned, .accepted, .transferred, .answered, .planned, .progressed, .delayed, .completed, .discontinued:
      ministry(event)
    case .suspended, .resumed, .lapsed: vote(event)
    case .reminded, .overdue, .escalated, .extended: period(event)
    case .ratingsCounted(let event):
      Letter.Words(
        "Ratings of the results were counted", "Ratings: \(event.distribution.reduce(0, +).grouped)")
    case .textModerated:
      Letter.Words(
        "what was said about its results was reviewed",
        "The Support Unit reviewed the reason of a rating, or an opinion on the results.")
    }
  }

  private static func committee(_ event: ReferralEvent) -> Letter.Words {
    switch event {
    case .received(let event):
      Letter.Words(
        "The Committee has the task",
        "The Government Innovation Committee has received the task\(cause(of: event)). Its decision is due by "
          + "\(time(event.dueAt)).", reason(event.reasons))
    case .membersAssigned(let event):
      Letter.Words(
        "Members of the Committee prepare the task", "They are: \(event.members.map(\.name).joined(separator: ", "))")
    case .scheduled(let event):
      Letter.Words(
        "The Committee will deliberate the task", "Session: \(session(event.session))", reason(event.reason))
    case .deliberated(let event):
      Letter.Words(
        "The record of the deliberation is public",
        "The Committee deliberated the task on \(time(event.record.heldAt)). Its minutes and the opinions for and against "
          + "it can be read.")
    case .decided(let event):
      Letter.Words(
        headline(of: event.decision), "Reasons: \(event.reasons)", event.changes.map { "Changes: \($0)" } ?? "",
        due(event.dueAt, event.holder))
    case .supplemented(let event):
      Letter.Words(
        "The task was supplemented, and the Committee has it again", "What was added: \(event.supplement)",
        "Its decision is due by \(time(event.dueAt)).")
    default: moved
    }
  }

  private static func meeting(_ event: ReferralEvent) -> Letter.Words {
    switch event {
    case .submitted(let event):
      Letter.Words(
        "The task goes to the strategy meeting",
        "What the Committee adopted goes to the Government Innovation Strategy Meeting, which the president chairs. Its "
          + "outcome is due by \(time(event.dueAt)).")
    case .placedOnAgenda(let event):
      Letter.Words(
        "The task is on the agenda of the strategy meeting", "Meeting: \(session(event.session))", reason(event.reason))
    case .concluded(let event):
      Letter.Words(
        headline(of: event.outcome), "Reasons: \(event.reasons)", event.conditions.map { "Conditions: \($0)" } ?? "",
        event.deferredTo.map { "Until: \($0)" } ?? due(event.dueAt, event.holder))
    default: moved
    }
  }

  private static func ministry(_ event: ReferralEvent) -> Letter.Words {
    switch event {
    case .assigned(let event):
      Letter.Words(
        "A ministry is in charge of the task",
        "Ministry in charge: \(office(event.ministry))\nIts answer is due by \(time(event.dueAt)).")
    case .accepted(let event):
      Letter.Words("The ministry has taken the task on", "In charge: \(office(event.ministry)), \(event.department)")
    case .transferred(let event):
      Letter.Words(
        "The task goes to another ministry", "From: \(office(event.ministry))\nTo: \(office(event.to))",
        "Why: \(event.reason)")
    case .answered(let event):
      Letter.Words(
        "The ministry has answered",
        "Who answers: \(office(event.ministry)), \(event.department) (\(event.signatory))", event.answer)
    case .planned(let event):
      Letter.Words(
        event.revision == 1 ? "The ministry has a plan" : "The ministry's plan has changed",
        event.milestones.map { "- \($0.title): \($0.startsOn) to \($0.endsOn)" }.joined(separator: "\n"),
        reason(event.reason))
    case .progressed(let event):
      Letter.Words(
        "The ministry reports on its progress", "\(event.milestone.title): \(name(of: event.milestone.status))",
        event.report)
    case .delayed(let event):
      Letter.Words(
        "The ministry needs more time", "\(event.milestone.title): by \(event.milestone.endsOn), not by \(event.from)",
        "Why: \(event.reason)")
    case .completed(let event): Letter.Words("The task is done", event.summary)
    case .discontinued(let event):
      Letter.Words("The ministry does not go on with the task", "Reasons: \(event.reasons)")
    default: moved
    }
  }

  private static func vote(_ event: ReferralEvent) -> Letter.Words {
    switch event {
    case .suspended(let event):
      Letter.Words(
        "The task is suspended",
        "After ballots were voided there are \(event.yes.grouped) yes and \(event.no.grouped) no votes, and the vote does not "
          + "carry any more: \(holder(event.holder ?? event.ministry)) keeps the task and owes nothing until the vote "
          + "carries again; the days until then do not count towards the due date.",
        "Suspended since: \(time(event.suspendedAt))")
    case .resumed(let event):
      Letter.Words(
        "The task goes on",
        "With \(event.yes.grouped) yes votes the vote carries again, and \(holder(event.holder ?? event.ministry)) goes on "
          + "with the task.",
        "Now due by: \(time(event.dueAt))")
    case .lapsed(let event):
      Letter.Words(
        "The suspended task has ended",
        event.cause == .voteClosed
          ? "The vote closed without carrying." : "The Support Unit found that the vote cannot carry any more.",
        reason(event.explanation))
    default: moved
    }
  }

  private static func period(_ event: ReferralEvent) -> Letter.Words {
    switch event {
    case .reminded(let event):
      Letter.Words(
        milestone(event.milestone).map { "\($0) is due soon" } ?? "A period is about to end",
        milestone(event.milestone, event.milestoneTitle), "With: \(office(event.holder))\nDue by: \(time(event.dueAt))")
    case .overdue(let event):
      Letter.Words(
        milestone(event.milestone).map { "\($0) is overdue" } ?? "The task is overdue",
        milestone(event.milestone, event.milestoneTitle),
        "With: \(office(event.holder))\nWas due by: \(time(event.dueAt))")
    case .escalated(let event):
      Letter.Words(
        milestone(event.milestone).map { "\($0), which is overdue, was reported" }
          ?? "A task that is overdue was reported",
        milestone(event.milestone, event.milestoneTitle),
        "With: \(office(event.holder))\nWas due by: \(time(event.dueAt))\nReported to: \(office(event.to))")
    case .extended(let event):
      Letter.Words(
        "The period was extended",
        "With: \(office(event.holder))\nDue by: \(time(event.dueAt)), not \(time(event.from))", "Why: \(event.reason)")
    default: moved
    }
  }

  /// What brought a case, where it was not the bar, to be read after what became of it.
  private static func cause(of event: CaseReceived) -> String {
    switch event.origin ?? .bar {
    case .bar: ""
    case .month:
      ", though its vote did not carry: of the votes that closed in that month it is among those with the most yes"
    case .event:
      ", though its vote did not carry: the Support Unit referred it from an off-line event"
        + (event.event.map { ", \($0.name) of \($0.heldOn)" } ?? "")
    }
  }

  /// A milestone by its number; nil for what is no milestone.
  private static func milestone(_ number: Int?) -> String? { number.map { "Milestone \($0)" } }

  /// A line that names it, or none.
  private static func milestone(_ number: Int?, _ title: String?) -> String {
    milestone(number).map { [$0, title].compactMap { $0 }.joined(separator: ": ") } ?? ""
  }

  private static func headline(of decision: CommitteeDecision) -> String {
    switch decision {
    case .adopt: "The Committee has adopted the task"
    case .adoptWithChanges: "The Committee has adopted the task with changes"
    case .decline: "The Committee has declined the task"
    case .return: "The Committee wants the task to be supplemented"
    }
  }

  private static func headline(of outcome: MeetingOutcome) -> String {
    switch outcome {
    case .adopted: "The strategy meeting has adopted the task"
    case .adoptedWithConditions: "The strategy meeting has adopted the task with conditions"
    case .deferred: "The strategy meeting has deferred the task"
    case .declined: "The strategy meeting has declined the task"
    }
  }

  /// No event of the groups above comes here.
  private static var moved: Letter.Words { Letter.Words("The task has moved on") }

  private static func session(_ session: CaseSession) -> String {
    "\(session.name), \(time(session.meetsAt))" + (session.place.map { ", \($0)" } ?? "")
  }

  private static func reason(_ text: String?) -> String { text.map { "Why: \($0)" } ?? "" }

  private static func due(_ date: Date?, _ name: String?) -> String {
    guard let date, let name else { return "" }
    return "Next: \(office(name)), due by \(time(date))"
  }

  private static func name(of status: MilestoneStatus) -> String {
    switch status {
    case .notStarted: "not started"
    case .limited: "limited"
    case .substantial: "substantial"
    case .completed: "completed"
    }
  }

  private static func office(_ name: String) -> String {
    switch Holder(name: name) {
    case .supportUnit: "Support Unit"
    case .committee: "Government Innovation Committee"
    case .strategyMeeting: "Government Innovation Strategy Meeting"
    case .ministry(let ministry): ministry.english
    case nil: name
    }
  }

  /// In a sentence; without a name, the Committee.
  private static func holder(_ name: String?) -> String { "the \(office(name ?? Holder.committee.name))" }
}
