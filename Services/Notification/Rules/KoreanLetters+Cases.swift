import Contracts
import FoundationEssentials

/// Of a case before the Committee, the strategy meeting and a ministry. The words are for authors and followers alike.
extension KoreanLetters {
  static func words(for event: ReferralEvent) -> Letter.Words {
    switch event {
    case .received, .membersAssigned, .scheduled, .deliberated, .decided, .supplemented: committee(event)
    case .submitted, .placedOnAgenda, .concluded: meeting(event)
    case .assigned, .accepted, .transferred, .answered, .planned, .progressed, .delayed, .completed, .discontinued:
      ministry(event)
    case .suspended, .resumed, .lapsed: vote(event)
    case .reminded, .overdue, .escalated, .extended: period(event)
    case .ratingsCounted(let event):
      Letter.Words("결과에 대한 평가가 집계되었습니다", "평가한 사람: \(event.distribution.reduce(0, +).grouped)명")
    case .textModerated:
      Letter.Words("과제의 결과에 대한 글이 검토되었습니다", "지원단이 과제의 결과에 대한 평가 이유나 의견을 검토했습니다.")
    }
  }

  private static func committee(_ event: ReferralEvent) -> Letter.Words {
    switch event {
    case .received(let event):
      Letter.Words(
        "정부혁신추진협의회에 접수되었습니다", "\(cause(of: event))과제가 정부혁신추진협의회에 접수되었습니다. 심의 기한은 \(time(event.dueAt))입니다.",
        reason(event.reasons))
    case .membersAssigned(let event):
      Letter.Words("심의를 맡을 위원이 정해졌습니다", "담당 위원: \(event.members.map(\.name).joined(separator: ", "))")
    case .scheduled(let event):
      Letter.Words(
        "심의 일정이 정해졌습니다", "정부혁신추진협의회 심의: \(session(event.session))", reason(event.reason))
    case .deliberated(let event):
      Letter.Words("심의 기록이 공개되었습니다", "\(time(event.record.heldAt))에 심의가 열렸습니다. 회의록과 찬반 의견을 읽어 보실 수 있습니다.")
    case .decided(let event):
      Letter.Words(
        headline(of: event.decision), "사유: \(event.reasons)", event.changes.map { "바뀐 내용: \($0)" } ?? "",
        due(event.dueAt, event.holder))
    case .supplemented(let event):
      Letter.Words(
        "과제가 보완되어 협의회가 다시 심의합니다", "보완 내용: \(event.supplement)", "심의 기한: \(time(event.dueAt))")
    default: moved
    }
  }

  private static func meeting(_ event: ReferralEvent) -> Letter.Words {
    switch event {
    case .submitted(let event):
      Letter.Words(
        "정부혁신전략회의에 상정되었습니다", "협의회가 채택한 과제를 대통령이 주재하는 정부혁신전략회의에서 논의합니다. 기한: \(time(event.dueAt))")
    case .placedOnAgenda(let event):
      Letter.Words(
        "정부혁신전략회의의 안건이 되었습니다", "회의: \(session(event.session))", reason(event.reason))
    case .concluded(let event):
      Letter.Words(
        headline(of: event.outcome), "사유: \(event.reasons)", event.conditions.map { "조건: \($0)" } ?? "",
        event.deferredTo.map { "다시 논의하는 날: \($0)" } ?? due(event.dueAt, event.holder))
    default: moved
    }
  }

  private static func ministry(_ event: ReferralEvent) -> Letter.Words {
    switch event {
    case .assigned(let event):
      Letter.Words(
        "소관부처가 정해졌습니다", "소관부처: \(holder(event.ministry))\n답변 기한: \(time(event.dueAt))")
    case .accepted(let event):
      Letter.Words("소관부처가 과제를 맡았습니다", "담당: \(holder(event.ministry)) \(event.department)")
    case .transferred(let event):
      Letter.Words(
        "과제가 다른 부처로 이송되었습니다", "이송: \(holder(event.ministry)) → \(holder(event.to))", "사유: \(event.reason)")
    case .answered(let event):
      Letter.Words(
        "소관부처의 답변이 나왔습니다", "답변 기관: \(holder(event.ministry)) \(event.department) (\(event.signatory))", event.answer)
    case .planned(let event):
      Letter.Words(
        event.revision == 1 ? "이행 계획이 발표되었습니다" : "이행 계획이 바뀌었습니다",
        event.milestones.map { "- \($0.title): \($0.startsOn) ~ \($0.endsOn)" }.joined(separator: "\n"),
        reason(event.reason))
    case .progressed(let event):
      Letter.Words(
        "이행 상황이 보고되었습니다", "\(event.milestone.title): \(name(of: event.milestone.status))", event.report)
    case .delayed(let event):
      Letter.Words(
        "이행이 늦어집니다", "\(event.milestone.title): \(event.from)에서 \(event.milestone.endsOn)로 미뤄집니다.",
        "사유: \(event.reason)")
    case .completed(let event): Letter.Words("과제가 이행되었습니다", event.summary)
    case .discontinued(let event): Letter.Words("과제의 이행이 중단되었습니다", "사유: \(event.reasons)")
    default: moved
    }
  }

  private static func vote(_ event: ReferralEvent) -> Letter.Words {
    switch event {
    case .suspended(let event):
      Letter.Words(
        "과제의 처리가 정지되었습니다",
        "무효 처리 후 찬성 \(event.yes.grouped)표, 반대 \(event.no.grouped)표가 되어 투표가 상정 기준을 충족하지 못합니다. "
          + "기준을 다시 충족할 때까지 \(holder(event.holder ?? event.ministry))의 처리가 정지되며, 정지된 기간은 처리 기한에 넣지 않습니다.",
        "정지 시작: \(time(event.suspendedAt))")
    case .resumed(let event):
      Letter.Words(
        "과제의 처리가 재개되었습니다",
        "찬성 \(event.yes.grouped)표로 기준을 다시 충족하여 \(holder(event.holder ?? event.ministry))의 처리가 재개됩니다.",
        "변경된 기한: \(time(event.dueAt))")
    case .lapsed(let event):
      Letter.Words(
        "정지되었던 과제의 처리가 종료되었습니다",
        event.cause == .voteClosed
          ? "투표가 상정 기준을 충족하지 못한 채 끝났습니다." : "투표가 더 이상 상정 기준을 충족할 수 없다고 지원단이 판단했습니다.",
        reason(event.explanation))
    default: moved
    }
  }

  private static func period(_ event: ReferralEvent) -> Letter.Words {
    switch event {
    case .reminded(let event):
      Letter.Words(
        milestone(event.milestone).map { "\($0)의 기한이 다가오고 있습니다" } ?? "처리 기한이 다가오고 있습니다",
        milestone(event.milestone, event.milestoneTitle),
        "담당: \(holder(event.holder))\n기한: \(time(event.dueAt))")
    case .overdue(let event):
      Letter.Words(
        milestone(event.milestone).map { "\($0)의 기한이 지났습니다" } ?? "처리 기한이 지났습니다",
        milestone(event.milestone, event.milestoneTitle),
        "담당: \(holder(event.holder))\n기한: \(time(event.dueAt))")
    case .escalated(let event):
      Letter.Words(
        milestone(event.milestone).map { "기한을 넘긴 \($0)이 상급 기관에 보고되었습니다" } ?? "기한을 넘긴 과제가 상급 기관에 보고되었습니다",
        milestone(event.milestone, event.milestoneTitle),
        "담당: \(holder(event.holder))\n기한: \(time(event.dueAt))\n보고: \(holder(event.to))")
    case .extended(let event):
      Letter.Words(
        "처리 기한이 연장되었습니다", "담당: \(holder(event.holder))\n기한: \(time(event.from)) → \(time(event.dueAt))",
        "사유: \(event.reason)")
    default: moved
    }
  }

  /// What brought a case, where it was not the bar, to be read before what became of it.
  private static func cause(of event: CaseReceived) -> String {
    switch event.origin ?? .bar {
    case .bar: ""
    case .month: "투표는 상정 기준을 넘지 못했지만, 그달에 끝난 투표 가운데 찬성이 많은 "
    case .event:
      "투표는 상정 기준을 넘지 못했지만, "
        + (event.event.map { "오프라인 행사 「\($0.name)」(\($0.heldOn))에서 논의되어 " } ?? "오프라인 행사에서 논의되어 ") + "지원단이 회부한 "
    }
  }

  /// A milestone by its number; nil for what is no milestone.
  private static func milestone(_ number: Int?) -> String? { number.map { "추진 과제 \($0)번" } }

  /// A line that names it, or none.
  private static func milestone(_ number: Int?, _ title: String?) -> String {
    milestone(number).map { [$0, title].compactMap { $0 }.joined(separator: ": ") } ?? ""
  }

  private static func headline(of decision: CommitteeDecision) -> String {
    switch decision {
    case .adopt: "협의회가 과제를 채택했습니다"
    case .adoptWithChanges: "협의회가 과제를 수정하여 채택했습니다"
    case .decline: "협의회가 과제를 채택하지 않았습니다"
    case .return: "협의회가 과제의 보완을 요청했습니다"
    }
  }

  private static func headline(of outcome: MeetingOutcome) -> String {
    switch outcome {
    case .adopted: "정부혁신전략회의에서 채택되었습니다"
    case .adoptedWithConditions: "정부혁신전략회의에서 조건부로 채택되었습니다"
    case .deferred: "정부혁신전략회의의 결정이 미뤄졌습니다"
    case .declined: "정부혁신전략회의에서 채택되지 않았습니다"
    }
  }

  /// No event of the groups above comes here.
  private static var moved: Letter.Words { Letter.Words("과제의 처리 상황이 바뀌었습니다") }

  private static func session(_ session: CaseSession) -> String {
    "\(session.name), \(time(session.meetsAt))" + (session.place.map { ", \($0)" } ?? "")
  }

  private static func reason(_ text: String?) -> String { text.map { "사유: \($0)" } ?? "" }

  private static func due(_ date: Date?, _ office: String?) -> String {
    guard let date, let office else { return "" }
    return "다음 담당: \(holder(office)), 기한: \(time(date))"
  }

  private static func name(of status: MilestoneStatus) -> String {
    switch status {
    case .notStarted: "시작 전"
    case .limited: "일부 이행"
    case .substantial: "상당 부분 이행"
    case .completed: "완료"
    }
  }

  /// An office by its name; without one, the Committee.
  private static func holder(_ name: String?) -> String {
    guard let name else { return "정부혁신추진협의회" }
    return switch Holder(name: name) {
    case .supportUnit: "지원단"
    case .committee: "정부혁신추진협의회"
    case .strategyMeeting: "정부혁신전략회의"
    case .ministry(let ministry): ministry.korean
    case nil: name
    }
  }
}
