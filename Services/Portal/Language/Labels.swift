import Contracts

/// How the values of the contracts are called on the pages.
extension Language {
  func label(_ state: TaskState) -> String {
    let texts =
      switch state {
      case .gathering: ("지지자 모집 중", "Looking for supporters")
      case .lapsed: ("기간 만료", "Lapsed")
      case .submitted: ("검토 중", "Under review")
      case .returned: ("보완 요청", "Returned for revision")
      case .accepted: ("채택", "Accepted")
      case .rejected: ("반려", "Rejected")
      case .appealed: ("이의 신청 심사 중", "Under appeal")
      case .merged: ("다른 제안에 병합", "Merged into another")
      case .withdrawn: ("철회", "Withdrawn")
      case .selected: ("투표 과제로 선정", "Selected for the vote")
      case .scheduled: ("투표 예정", "Vote to come")
      case .open: ("투표 중", "Vote open")
      case .closed: ("투표 종료", "Vote closed")
      case .referred: ("협의회 회부", "Referred to the Committee")
      case .assigned: ("소관부처 배정", "Assigned to a ministry")
      case .endorsed: ("협의회 채택", "Adopted by the Committee")
      case .underway: ("소관부처 추진 중", "Carried out by a ministry")
      case .declined: ("불채택", "Declined")
      case .completed: ("이행 완료", "Completed")
      case .discontinued: ("추진 중단", "Discontinued")
      case .suspended: ("처리 정지", "Suspended")
      }
    return pick(texts)
  }

  func label(_ category: Category) -> String { pick((category.korean, category.english)) }

  func label(_ ministry: Ministry) -> String { pick((ministry.korean, ministry.english)) }

  func label(_ code: RejectionCode) -> String {
    let texts =
      switch code {
      case .duplicate: ("이미 있는 제안과 같음", "The same as an earlier proposal")
      case .irrelevant: ("정부혁신과 관련이 없음", "Not about government innovation")
      case .noAction: ("정부에 바라는 조치가 없음", "Asks for no action of the government")
      case .honours: ("포상이나 서훈에 관한 것", "About honours or awards")
      case .fakeName: ("실명이 아님", "Not under a true name")
      case .freedomOfInformation: ("정보공개 청구에 해당함", "A request for information")
      case .libellous: ("명예훼손", "Libellous")
      case .offensive: ("욕설이나 혐오 표현", "Offensive")
      case .advertisement: ("광고", "Advertisement")
      }
    return pick(texts)
  }

  func label(_ reason: WithdrawalReason) -> String {
    let texts =
      switch reason {
      case .duplicated: ("이미 같은 제안이 있음", "Already proposed by someone")
      case .alreadyStarted: ("이미 시행되고 있음", "Already under way")
      case .notFeasible: ("실현하기 어려움", "Not feasible")
      case .mistake: ("잘못 제출함", "Handed in by mistake")
      case .other: ("기타", "Other")
      }
    return pick(texts)
  }

  func label(_ reason: LapseReason) -> String {
    let texts =
      switch reason {
      case .noSupporters: ("기간 안에 지지자가 모이지 않음", "Too few supporters in time")
      case .notRevised: ("기간 안에 보완되지 않음", "Not revised in time")
      }
    return pick(texts)
  }

  func label(_ ground: AppealGround) -> String {
    let texts =
      switch ground {
      case .wrongReason: ("반려 사유가 제안과 맞지 않음", "The reason does not fit the proposal")
      case .factualError: ("사실과 다른 판단", "The decision rests on an error of fact")
      case .unequalTreatment: ("비슷한 제안과 다른 처리", "Like proposals were accepted")
      case .procedure: ("검토 절차를 지키지 않음", "The rules of review were not kept")
      }
    return pick(texts)
  }

  func label(_ reason: SuspensionReason) -> String {
    let texts =
      switch reason {
      case .barLost: ("무효 처리 후 투표가 회부 기준을 충족하지 못함", "After ballots were voided the vote does not carry any more")
      }
    return pick(texts)
  }

  func label(_ code: RulingCode) -> String {
    let texts =
      switch code {
      case .noRightToVote: ("투표권이 없는 사람의 투표", "Cast without the right to vote")
      case .automated: ("프로그램에 의한 투표", "Cast by a program")
      case .sameHand: ("한 사람이 여러 이름으로 한 투표", "Cast by one person under several names")
      case .identityStolen: ("남의 명의를 도용한 투표", "Cast under another person's name")
      case .examined: ("확인 결과 문제 없음", "Examined, and nothing found against them")
      }
    return pick(texts)
  }

  func label(_ kind: Occurrence.Kind) -> String {
    let texts =
      switch kind {
      case .filed: ("지지자 모집 시작", "Began to look for supporters")
      case .submitted: ("제안 제출", "Handed in")
      case .returned: ("지원단 보완 요청", "Returned for revision by the Support Unit")
      case .revised: ("제안자가 보완", "Revised by the author")
      case .lapsed: ("기간 만료", "Lapsed")
      case .appealed: ("제안자의 이의 신청", "Appeal by the author")
      case .upheld: ("이의 기각, 반려 유지", "Appeal decided: the rejection stands")
      case .overturned: ("이의 인용, 채택", "Appeal decided: accepted after all")
      case .merged: ("다른 제안에 병합", "Merged into another proposal")
      case .withdrawn: ("제안자가 철회", "Taken back by the author")
      case .accepted: ("지원단 채택", "Accepted by the Support Unit")
      case .rejected: ("지원단 반려", "Rejected by the Support Unit")
      case .selected: ("투표 과제로 선정", "Selected for the vote")
      case .scheduled: ("투표 공고", "Vote announced")
      case .opened: ("투표 시작", "Vote opened")
      case .paused: ("투표 일시 중단", "Vote paused")
      case .resumed: ("투표 재개", "Vote resumed")
      case .extended: ("투표 기간 연장", "Vote extended")
      case .ballotsVoided: ("일부 투표 무효 처리", "Ballots voided")
      case .ballotsReleased: ("보류된 투표 산입", "Ballots that were held back count")
      case .barCrossed: ("회부 기준 초과", "Bar exceeded")
      case .barLost: ("회부 기준 미달", "No longer over the bar")
      case .closed: ("투표 종료", "Vote closed")
      case .resultAmended: ("투표 결과 정정", "Result amended")
      case .received: ("협의회 접수", "Received by the Committee")
      case .membersAssigned: ("담당 위원 지정", "Given to members of the Committee")
      case .caseScheduled: ("협의회 심의 일정 확정", "Session of the Committee scheduled")
      case .deliberated: ("협의회 심의", "Deliberated by the Committee")
      case .decided: ("협의회 결정", "Decided by the Committee")
      case .supplemented: ("지원단 보완", "Supplemented by the Support Unit")
      case .toMeeting: ("정부혁신전략회의 상정", "Submitted to the strategy meeting")
      case .placedOnAgenda: ("전략회의 안건 확정", "On the agenda of a strategy meeting")
      case .concluded: ("전략회의 결과", "Concluded by the strategy meeting")
      case .caseLapsed: ("과제 종결", "Case ended")
      case .transferred: ("소관부처 이송", "Transferred to another ministry")
      case .taken: ("소관부처 접수", "Taken on by the ministry")
      case .planned: ("추진계획 공개", "Plan published")
      case .answered: ("소관부처 공식 답변", "Official answer of the ministry")
      case .progressed: ("추진상황 보고", "Progress reported")
      case .delayed: ("추진 지연 안내", "Delay announced")
      case .periodExtended: ("처리 기한 연장", "Period extended")
      case .overdue: ("처리 기한 경과", "Late")
      case .escalated: ("기한 경과 통보", "Lateness told to the next office")
      case .milestoneOverdue: ("추진 과제 기한 경과", "Milestone late")
      case .milestoneEscalated: ("추진 과제 기한 경과 통보", "Lateness of a milestone told to the next office")
      case .completed: ("이행 완료", "Completed")
      case .discontinued: ("추진 중단", "Discontinued")
      case .caseSuspended: ("과제 처리 정지", "Case suspended")
      case .caseResumed: ("과제 처리 재개", "Case resumed")
      case .assigned: ("소관부처 배정", "Assigned to a ministry")
      }
    return pick(texts)
  }

  func pick(_ texts: (String, String)) -> String {
    switch self {
    case .korean: texts.0
    case .english: texts.1
    }
  }
}
