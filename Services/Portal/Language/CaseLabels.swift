import Contracts

/// How the values of a case are called on the pages.
extension Language {
  func label(_ holder: Holder) -> String {
    switch holder {
    case .supportUnit: pick(("지원단", "Support Unit"))
    case .committee: pick(("정부혁신추진협의회", "Government Innovation Committee"))
    case .strategyMeeting: pick(("정부혁신전략회의", "Government Innovation Strategy Meeting"))
    case .ministry(let ministry): label(ministry)
    }
  }

  /// What brought a case.
  func label(_ origin: CaseOrigin) -> String {
    let texts =
      switch origin {
      case .bar: ("투표에서 회부 기준 초과", "By its vote, which exceeded the bar")
      case .month: ("그달에 끝난 투표 가운데 찬성 상위", "Among the votes of its month with the most yes")
      case .event: ("오프라인 행사", "From an off-line event")
      }
    return pick(texts)
  }

  func label(_ decision: CommitteeDecision) -> String {
    let texts =
      switch decision {
      case .adopt: ("채택", "Adopted")
      case .adoptWithChanges: ("수정 채택", "Adopted with changes")
      case .decline: ("불채택", "Declined")
      case .return: ("보완 요청", "Returned to be supplemented")
      }
    return pick(texts)
  }

  func label(_ outcome: MeetingOutcome) -> String {
    let texts =
      switch outcome {
      case .adopted: ("채택", "Adopted")
      case .adoptedWithConditions: ("조건부 채택", "Adopted with conditions")
      case .deferred: ("보류", "Deferred")
      case .declined: ("불채택", "Declined")
      }
    return pick(texts)
  }

  func label(_ status: MilestoneStatus) -> String {
    let texts =
      switch status {
      case .notStarted: ("미착수", "Not started")
      case .limited: ("일부 이행", "Limited")
      case .substantial: ("상당 부분 이행", "Substantial")
      case .completed: ("완료", "Completed")
      }
    return pick(texts)
  }

  /// A milestone by its number.
  func label(milestone number: String) -> String { pick(("추진 과제 \(number)", "Milestone \(number)")) }

  func label(_ cause: LapseCause) -> String {
    let texts =
      switch cause {
      case .voteClosed: ("투표가 회부 기준을 충족하지 못하고 종료됨", "The vote closed without carrying")
      case .ruled: ("지원단 결정", "Decided by the Support Unit")
      }
    return pick(texts)
  }
}
