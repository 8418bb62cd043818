import Contracts
import FoundationEssentials
import ServiceKit

/// A plan as it came. A milestone with a number is one of the plan before.
struct PlanDraft: Decodable, Sendable {
  static let mostMilestones = 50
  static let longest: Int64 = 3_660

  let milestones: [Step]
  /// Why it takes the place of another.
  let reason: String?

  struct Step: Decodable, Sendable {
    let number: Int?
    let title: String
    let deliverable: String
    let startsOn: Day
    let endsOn: Day
  }

  /// - Throws: `Problem` 422 with an error for each field.
  func checked(at now: Date) throws(Problem) -> CheckedPlan {
    var check = DraftCheck()
    check.require(
      (1...Self.mostMilestones).contains(milestones.count), "#/milestones",
      "must have 1 to \(Self.mostMilestones) milestones")
    let today = Day(of: now)
    let steps = milestones.prefix(Self.mostMilestones).enumerated().map { index, step in
      let pointer = "#/milestones/\(index)"
      check.require(step.startsOn <= step.endsOn, "\(pointer)/endsOn", "must not be before startsOn")
      check.require(
        step.startsOn >= today.adding(-Self.longest) && step.endsOn <= today.adding(Self.longest),
        "\(pointer)/endsOn", "must be within ten years")
      return Step(
        number: step.number, title: check.line(step.title, at: "\(pointer)/title"),
        deliverable: check.text(step.deliverable, 1...TextLimit.reason, at: "\(pointer)/deliverable"),
        startsOn: step.startsOn, endsOn: step.endsOn)
    }
    let numbers = steps.compactMap(\.number)
    check.require(Set(numbers).count == numbers.count, "#/milestones", "must not have a number twice")
    let reason = check.optional(reason, 1...TextLimit.reason, at: "#/reason")
    return try check.result(CheckedPlan(steps: Array(steps), reason: reason))
  }
}

/// A plan whose members are in order each for itself.
struct CheckedPlan: Sendable {
  let steps: [PlanDraft.Step]
  let reason: String?

  /// The milestones of the case's next plan: those with a number go on, the others get the next numbers.
  /// - Throws: `Problem` 422 for a number that the plan before does not have, and for one that is done and left out or
  ///   changed.
  func milestones(after dossier: Dossier, on today: Day) throws(Problem) -> [Milestone] {
    var check = DraftCheck()
    let before = Dictionary(uniqueKeysWithValues: (dossier.plan?.milestones ?? []).map { ($0.number, $0) })
    var next = dossier.lastMilestone
    let planned = steps.enumerated().map { index, step in
      if let number = step.number {
        check.require(before[number] != nil, "#/milestones/\(index)/number", "is no milestone of the plan before")
      } else {
        next += 1
      }
      let known = step.number.flatMap { before[$0] }
      let milestone = Milestone(
        number: step.number ?? next, title: step.title, deliverable: step.deliverable, startsOn: step.startsOn,
        endsOn: step.endsOn, status: known?.status ?? .notStarted)
      check.require(
        step.endsOn >= today || step.endsOn == known?.endsOn, "#/milestones/\(index)/endsOn", "must not be in the past")
      if known?.status == .completed {
        check.require(milestone == known, "#/milestones/\(index)", "is completed, and stays as it is")
      }
      return milestone
    }
    let kept = Set(planned.map(\.number))
    for (number, milestone) in before where milestone.status == .completed {
      check.require(kept.contains(number), "#/milestones", "must keep milestone \(number), which is completed")
    }
    return try check.result(planned.sorted { $0.number < $1.number })
  }
}
