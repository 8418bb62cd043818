import Contracts
import FoundationEssentials
import ServiceKit

extension Case {
  /// The ministry in charge takes the case on.
  /// - Throws: `Problem` 409
  func accepted(by department: String, of actor: CitizenID, at now: Date) throws(Problem) -> Change {
    let ministry = try inCharge()
    var change = Change(try moved(by: .accept))
    change.changed.dossier.department = department
    change.tell(
      CaseAccepted(
        caseID: id, proposal: proposal, title: title, ministry: ministry.slug, department: department, actor: actor,
        acceptedAt: now))
    return change
  }

  /// The ministry answers the citizens, once. From then on it owes what it planned, or a plan.
  /// - Throws: `Problem` 409
  func answered(
    _ text: String, by department: String, signedBy signatory: String, within terms: Terms, by actor: CitizenID,
    at now: Date
  ) throws(Problem) -> Change {
    let ministry = try inCharge()
    var change = Change(try moved(by: .answer))
    guard dossier.answer == nil else {
      throw .conflict("answered", "The ministry has answered the case; it reports what follows by its milestones.")
    }
    change.changed.dossier.answer = Dossier.Answer(
      ministry: ministry.slug, department: department, signatory: signatory, text: text, answeredAt: now)
    let planned = try terms.end(of: .implementation, from: now)
    // A plan that has run out before the answer is no measure of what follows it.
    let dueAt = planDueAt.flatMap { $0 > now ? $0 : nil } ?? planned
    change.changed.pass(to: .ministry(ministry), owing: .implementation, by: dueAt, at: now)
    change.tell(
      CaseAnswered(
        caseID: id, proposal: proposal, title: title, ministry: ministry.slug, department: department,
        signatory: signatory, answer: text, actor: actor, answeredAt: now, dueAt: dueAt))
    return change
  }

  /// The ministry says what it will do, or changes that. A milestone that stays keeps its number and what was reported of
  /// it; one that is done stays.
  /// - Throws: `Problem` 409; 422 with an error for each field.
  func planned(_ draft: CheckedPlan, by actor: CitizenID, at now: Date) throws(Problem) -> Change {
    let ministry = try inCharge()
    var change = Change(try moved(by: .plan))
    if dossier.plan != nil, draft.reason == nil { throw .reasonNeeded }
    let plan = Dossier.Plan(
      revision: (dossier.plan?.revision ?? 0) + 1, milestones: try draft.milestones(after: dossier, on: Day(of: now)),
      reason: draft.reason, plannedAt: now)
    change.changed.dossier.plan = plan
    change.changed.dossier.lastMilestone = max(dossier.lastMilestone, plan.milestones.map(\.number).max() ?? 0)
    change.changed.setDeadlines(by: plan, after: dossier.plan, at: now)
    change.owePlan(dueBefore: planDueAt, at: now)
    change.tell(
      CasePlanned(
        caseID: id, proposal: proposal, title: title, ministry: ministry.slug, revision: plan.revision,
        milestones: plan.milestones, reason: plan.reason, actor: actor, plannedAt: now,
        dueAt: change.changed.hold?.dueAt ?? now))
    return change
  }

  /// The ministry reports how far a milestone is.
  /// - Throws: `Problem` 404, 409 also for one that is completed, and for more reports than a case takes.
  func progressed(
    _ number: Int, to status: MilestoneStatus, report: String, evidence: [String], by actor: CitizenID, at now: Date
  ) throws(Problem) -> Change {
    let ministry = try inCharge()
    var change = Change(try moved(by: .report))
    try milestone(number).requireOpen()
    // What completes a milestone is always taken: without it the case could not end.
    if status != .completed { try dossier.requireRoom() }
    let milestone = try change.changeMilestone(number) { $0.status = status }
    change.changed.dossier.reports.append(
      Dossier.Report(milestone: number, status: status, text: report, evidence: evidence, reportedAt: now))
    change.tell(
      CaseProgressed(
        caseID: id, proposal: proposal, title: title, ministry: ministry.slug, milestone: milestone, report: report,
        evidence: evidence, actor: actor, progressedAt: now))
    return change
  }

  /// The ministry gives notice that a milestone will take longer.
  /// - Throws: `Problem` 404, 409, 422
  func delayed(
    _ number: Int, to day: Day, for reason: String, by actor: CitizenID, at now: Date
  ) throws(Problem) -> Change {
    let ministry = try inCharge()
    var change = Change(try moved(by: .delay))
    let before = try milestone(number)
    try before.requireOpen()
    try dossier.requireRoom()
    guard day > before.endsOn else {
      throw .invalid([Problem.FieldError("#/endsOn", "must be later than \(before.endsOn)")])
    }
    guard day >= Day(of: now) else { throw .invalid([Problem.FieldError("#/endsOn", "must not be in the past")]) }
    let milestone = try change.changeMilestone(number) { $0.endsOn = day }
    change.changed.dossier.delays.append(
      Dossier.Delay(milestone: number, from: before.endsOn, to: day, reason: reason, delayedAt: now))
    change.changed.setDeadline(of: milestone, at: now)
    change.postpone(until: day, at: now)
    change.tell(
      CaseDelayed(
        caseID: id, proposal: proposal, title: title, ministry: ministry.slug, milestone: milestone,
        from: before.endsOn, reason: reason, actor: actor, delayedAt: now,
        dueAt: change.changed.hold?.dueAt ?? now))
    return change
  }

  /// The ministry has done what it planned.
  /// - Throws: `Problem` 409 before its answer, and while a milestone is not completed.
  func completed(_ summary: String, evidence: [String], by actor: CitizenID, at now: Date) throws(Problem) -> Change {
    let ministry = try inCharge()
    var change = Change(try moved(by: .complete))
    guard dossier.answer != nil else {
      throw .conflict("not-answered", "The citizens are owed an official answer first.")
    }
    guard let plan = dossier.plan, plan.milestones.allSatisfy({ $0.status == .completed }) else {
      throw .conflict("milestones-open", "All milestones of a plan are completed first.")
    }
    change.changed.dossier.completion = Dossier.Completion(summary: summary, evidence: evidence, completedAt: now)
    change.changed.release(at: now)
    change.tell(
      CaseCompleted(
        caseID: id, proposal: proposal, title: title, ministry: ministry.slug, summary: summary, evidence: evidence,
        actor: actor, completedAt: now))
    return change
  }

  /// The ministry does not go on.
  /// - Throws: `Problem` 409
  func discontinued(for reasons: String, by actor: CitizenID, at now: Date) throws(Problem) -> Change {
    let ministry = try inCharge()
    var change = Change(try moved(by: .discontinue))
    change.changed.dossier.discontinuation = Dossier.Discontinuation(reasons: reasons, discontinuedAt: now)
    change.changed.release(at: now)
    change.tell(
      CaseDiscontinued(
        caseID: id, proposal: proposal, title: title, ministry: ministry.slug, reasons: reasons, actor: actor,
        discontinuedAt: now))
    return change
  }

  private func inCharge() throws(Problem) -> Ministry {
    guard let ministry else { throw .conflict("wrong-stage", "No ministry is in charge of the case.") }
    return ministry
  }

  fileprivate func milestone(_ number: Int) throws(Problem) -> Milestone {
    guard let found = dossier.plan?.milestones.first(where: { $0.number == number }) else {
      throw .notFound("The case has no milestone \(number).")
    }
    return found
  }
}

extension Dossier {
  /// How many reports and notices of delay a case takes: it is read, written and shown whole.
  static let reportLimit = 500

  /// - Throws: `Problem` 409 when a case has as many reports and notices of delay as it takes.
  fileprivate func requireRoom() throws(Problem) {
    guard reports.count + delays.count < Self.reportLimit else {
      throw .conflict(
        "too-many-reports",
        "The case has \(Self.reportLimit) reports and notices of delay; it takes those only that complete a milestone.")
    }
  }
}

extension Milestone {
  /// - Throws: `Problem` 409 once it is completed.
  fileprivate func requireOpen() throws(Problem) {
    guard status != .completed else { throw .conflict("milestone-completed", "The milestone is completed.") }
  }
}

extension Change {
  /// - Throws: `Problem` 404
  fileprivate mutating func changeMilestone(
    _ number: Int, _ change: (inout Milestone) -> Void
  ) throws(Problem) -> Milestone {
    var milestone = try changed.milestone(number)
    change(&milestone)
    if let place = changed.dossier.plan?.milestones.firstIndex(where: { $0.number == number }) {
      changed.dossier.plan?.milestones[place] = milestone
    }
    return milestone
  }

  /// What is carried out is due with its last milestone; an answer is due by law, whatever is planned.
  /// A plan that is due as the one before leaves the hold as it is, and so does one of which nothing is to come.
  fileprivate mutating func owePlan(dueBefore before: Date?, at now: Date) {
    guard changed.hold?.step == .implementation, let dueAt = changed.planDueAt, dueAt != before, dueAt > now else {
      return
    }
    changed.renewDue(dueAt, at: now)
  }

  /// A milestone that takes longer makes nothing due earlier: a suspension may have moved what is owed beyond the plan.
  fileprivate mutating func postpone(until day: Day, at now: Date) {
    if let hold = changed.hold, hold.step == .implementation, day.end > hold.dueAt {
      changed.renewDue(day.end, at: now)
    }
  }
}
