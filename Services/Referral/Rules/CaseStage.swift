/// Where a case stands on its way through the Committee, the strategy meeting and a ministry. A suspension lies over it.
enum CaseStage: String, Codable, Sendable, CaseIterable {
  /// The Committee has it, and has given it to nobody yet.
  case received
  /// Members of the Committee prepare it.
  case withMembers = "with-members"
  /// A session is to deliberate it.
  case scheduled
  case deliberated
  /// The Support Unit is to supplement it.
  case returned
  /// The strategy meeting has it.
  case submitted
  case onAgenda = "on-agenda"
  case deferred
  /// The strategy meeting has adopted it; a ministry is looked for.
  case adopted
  /// A ministry is in charge.
  case assigned
  /// The ministry has taken it on.
  case accepted
  case completed, discontinued
  /// By the Committee or the strategy meeting.
  case declined
}

/// What moves a case on.
enum CaseAction: String, Sendable, CaseIterable {
  case assignMembers = "assign-members"
  case schedule, deliberate, adopt, decline, `return`, supplement
  case placeOnAgenda = "place-on-agenda"
  case conclude, `defer`, assign, accept, transfer, answer, plan, report, delay, complete, discontinue
}

/// The only ways from one stage to another.
enum CaseLifecycle {
  /// One row: in this stage, this action, by this role or service, leads there.
  struct Transition: Sendable, Equatable {
    let from: CaseStage
    let action: CaseAction
    let actor: String
    let to: CaseStage
  }

  private static func rows(_ actor: String, _ rows: [(CaseStage, CaseAction, CaseStage)]) -> [Transition] {
    rows.map { Transition(from: $0.0, action: $0.1, actor: actor, to: $0.2) }
  }

  static let transitions: [Transition] =
    rows(
      "committee",
      [
        (.received, .assignMembers, .withMembers),
        (.withMembers, .assignMembers, .withMembers),
        (.withMembers, .schedule, .scheduled),
        (.scheduled, .assignMembers, .scheduled),
        (.scheduled, .schedule, .scheduled),
        (.scheduled, .deliberate, .deliberated),
        (.deliberated, .schedule, .scheduled),
        (.deliberated, .adopt, .submitted),
        (.deliberated, .decline, .declined),
        (.deliberated, .return, .returned),
      ])
    + rows("support-unit", [(.returned, .supplement, .received)])
    + rows(
      "strategy-meeting",
      [
        (.submitted, .placeOnAgenda, .onAgenda),
        (.deferred, .placeOnAgenda, .onAgenda),
        (.onAgenda, .placeOnAgenda, .onAgenda),
        (.onAgenda, .conclude, .adopted),
        (.onAgenda, .defer, .deferred),
        (.onAgenda, .decline, .declined),
      ])
    + rows("referral", [(.adopted, .assign, .assigned)])
    + rows(
      "ministry",
      [
        (.assigned, .accept, .accepted),
        (.assigned, .transfer, .assigned),
        (.accepted, .transfer, .assigned),
        (.accepted, .answer, .accepted),
        (.accepted, .plan, .accepted),
        (.accepted, .report, .accepted),
        (.accepted, .delay, .accepted),
        (.accepted, .complete, .completed),
        (.accepted, .discontinue, .discontinued),
      ])

  /// The stage after `action`; nil if the table has no such row.
  static func next(from stage: CaseStage, on action: CaseAction) -> CaseStage? {
    transitions.first { $0.from == stage && $0.action == action }?.to
  }
}

extension CaseStage {
  /// Whether nothing more comes after it.
  var isLast: Bool { !CaseLifecycle.transitions.contains { $0.from == self } }
}
