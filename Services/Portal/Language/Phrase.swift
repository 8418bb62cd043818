/// Every text of the pages, in both languages side by side.
enum Phrase: String, CaseIterable, Sendable {
  case siteName, siteDescription, skipToContent, language, timesNote, apiNote
  case delayTitle, delayText, delayTarget, delaySince
  case listTitle, filterLabel, noItems, older, newest, pagesLabel
  case allFilter, reviewFilter, acceptedFilter, scheduledFilter, openFilter, closedFilter, referredFilter
  case rejectedFilter, withdrawnFilter
  case category, reference, stateLabel, submittedAt, yes, no, bar, votesUnit, backToList
  case hiddenTitle, hiddenText, missingTitle, missingText, summary, text
  case rejectionHeading, rejectionReason, explanation, withdrawalHeading, withdrawalReason
  case returnHeading, appealHeading, appealGround, appealPending, appealUpheld, appealOverturned
  case mergerHeading, mergedInto, lapseHeading
  case voteHeading, ruleHeading, tallyHeading, barRule, barMeaning, opensAt, closesAt, referralRule, referralAtOnce
  case referralAtClose, ruleHash, ruleHashNote, votePlanned, voteOpen, voteClosed, voteStatus, carried, notCarried
  case changedEnd, votePaused, turnoutMissed, majorityMissed
  case turnoutRule, majorityRule, majorityMeaning, electorateRule, membersOnly, totalsRule, totalsHidden
  case barCrossedMeanwhile, result, towardsBar, countedUpTo, noTally, finalTally, live, liveLost
  case stateChanged, reload
  case suspensionReason, suspendedSince, votesLeft, suspensionMeaning, amendedResult
  case referralHeading, holder, committee, since, due, awaitingReceipt, caseNumber, committeeReceived
  case caseOrigin, eventRecord
  case feedTitle, openData, statisticsTitle, statisticsLead, periodLabel, allYears, definition, madeOf, figure, value
  case whole, noFigures, downloadCSV
  case chainHeading, chainNote, chainData, chainHolder, chainStep, chainFrom, chainUntil, chainDue, chainNow
  case chainOnTime
  case caseHeading, caseSession, caseMeetsAt, caseDeliberatedAt, caseDecision, caseDecidedAt, caseReasons, caseMinutes
  case caseMeeting, caseOutcome, caseDeferredTo, caseAnswer, caseOffice, caseSignatory, caseAnsweredAt
  case caseRating, milestones, milestone, milestoneStatus, milestonePeriod, caseCompleted, caseDiscontinued
  case historyHeading, noHistory, when, what, details, dueBy
  case notFoundTitle, notFoundText, badRequestTitle, badRequestText, unavailableTitle, unavailableText
  case errorTitle, errorText

  func `in`(_ language: Language) -> String {
    switch language {
    case .korean: texts.korean
    case .english: texts.english
    }
  }

  private var texts: (korean: String, english: String) {
    switch self {
    case .siteName: ("정부혁신국민포럼", "Government Innovation Citizen Forum")
    case .siteDescription:
      (
        "국민의 제안이 검토와 투표를 거쳐 소관부처에 이르는 모든 과정을 공개합니다.",
        "From a citizen's proposal through review and vote to a ministry: every step in public."
      )
    case .skipToContent: ("본문 바로가기", "Skip to content")
    case .language: ("언어", "Language")
    case .timesNote: ("모든 시각은 한국 표준시(KST, UTC+9)입니다.", "All times are Korea Standard Time (KST, UTC+9).")
    case .apiNote:
      (
        "이 화면의 내용은 공개된 사건 기록에서 만들어집니다.",
        "What these pages show is made from the public record of events."
      )
    case .delayTitle: ("검토가 늦어지고 있습니다.", "Reviews take longer than they should.")
    case .delayText:
      (
        "검토를 기다리는 제안의 절반이 목표 기간보다 오래 기다렸습니다. 검토가 다시 제때 이루어지면 이 알림은 사라집니다.",
        "Half of the proposals that wait for their review have waited longer than the target. "
          + "This notice goes away when reviews are on time again."
      )
    case .delayTarget: ("목표 기간(일)", "Target in days")
    case .delaySince: ("알림 시작", "Since")
    case .listTitle: ("제안과 투표", "Proposals and votes")
    case .filterLabel: ("상태별로 보기", "Show by state")
    case .noItems: ("이 상태의 제안이 없습니다.", "There are no proposals in this state.")
    case .older: ("이전 제안 더 보기", "Older proposals")
    case .newest: ("최신 제안으로", "Back to the newest")
    case .pagesLabel: ("페이지 이동", "Pages")
    case .allFilter: ("전체", "All")
    case .reviewFilter: ("검토 중", "Under review")
    case .acceptedFilter: ("채택", "Accepted")
    case .scheduledFilter: ("투표 예정", "Vote to come")
    case .openFilter: ("투표 중", "Vote open")
    case .closedFilter: ("투표 종료", "Vote closed")
    case .referredFilter: ("협의회 회부", "Referred")
    case .rejectedFilter: ("반려", "Rejected")
    case .withdrawnFilter: ("철회·병합·만료", "Withdrawn, merged, lapsed")
    case .category: ("분야", "Category")
    case .reference: ("출처 번호", "Reference")
    case .stateLabel: ("상태", "State")
    case .submittedAt: ("제안 시각", "Submitted")
    case .yes: ("찬성", "Yes")
    case .no: ("반대", "No")
    case .bar: ("기준", "Bar")
    case .votesUnit: ("표", "votes")
    case .backToList: ("목록으로", "Back to the list")
    case .hiddenTitle: ("비공개 처리된 제안", "Proposal with hidden text")
    case .hiddenText:
      (
        "반려 사유에 따라 이 제안의 제목과 본문을 공개하지 않습니다.",
        "Because of the reason for its rejection, the title and text of this proposal are not shown."
      )
    case .missingTitle: ("제목을 기다리는 중인 제안", "Proposal whose title has not arrived yet")
    case .missingText:
      (
        "제안의 본문이 아직 도착하지 않았습니다. 잠시 뒤에 다시 보십시오.",
        "The text of this proposal has not arrived yet. Look again in a moment."
      )
    case .summary: ("요약", "Summary")
    case .text: ("제안 내용", "Proposal")
    case .rejectionHeading: ("반려 사유", "Why it was rejected")
    case .rejectionReason: ("사유", "Reason")
    case .explanation: ("설명", "Explanation")
    case .withdrawalHeading: ("철회", "Withdrawal")
    case .withdrawalReason: ("철회 사유", "Reason")
    case .returnHeading: ("보완 요청", "What is to be revised")
    case .appealHeading: ("이의 신청", "Appeal")
    case .appealGround: ("이의 사유", "Ground")
    case .appealPending: ("반려한 담당자가 아닌 다른 담당자가 심사하고 있습니다.", "Another person than the one who rejected it is deciding.")
    case .appealUpheld: ("이의를 받아들이지 않아 반려가 유지됩니다.", "The rejection stands.")
    case .appealOverturned: ("이의를 받아들여 제안이 채택되었습니다.", "The proposal is accepted after all.")
    case .mergerHeading: ("병합", "Merged")
    case .mergedInto: ("이어지는 제안", "The proposal that goes on for both")
    case .lapseHeading: ("기간 만료", "Lapsed")
    case .voteHeading: ("찬반 투표", "Yes-or-no vote")
    case .ruleHeading: ("투표 규칙", "Rule of the vote")
    case .tallyHeading: ("집계", "Tally")
    case .barRule: ("회부 기준", "Bar for referral")
    case .barMeaning: ("찬성이 이 수를 넘으면 회부", "referred with more yes votes than this")
    case .turnoutMissed: ("투표수가 최소 투표수에 미치지 못했습니다.", "Fewer votes than the least number.")
    case .majorityMissed: ("찬성이 반대보다 많지 않았습니다.", "Not more yes than no votes.")
    case .changedEnd: ("변경된 마감", "Closes after the changes")
    case .votePaused: ("투표 일시 중단", "Paused")
    case .turnoutRule: ("최소 투표수", "Least number of votes")
    case .majorityRule: ("다수 찬성", "Majority")
    case .majorityMeaning: ("찬성이 반대보다 많아야 회부", "referred only with more yes than no votes")
    case .electorateRule: ("투표할 수 있는 사람", "Who may vote")
    case .membersOnly: ("국민포럼 회원", "Members of the Forum")
    case .totalsRule: ("집계 공개", "When the count is shown")
    case .totalsHidden: ("투표가 끝난 뒤에 공개", "Not before the vote has closed")
    case .opensAt: ("투표 시작", "Opens")
    case .closesAt: ("투표 마감", "Closes")
    case .referralRule: ("회부 시점", "When it is referred")
    case .referralAtOnce: ("기준을 넘는 즉시", "As soon as the bar is exceeded")
    case .referralAtClose: ("투표가 끝난 뒤", "After the vote has closed")
    case .ruleHash: ("규칙 해시 (SHA-256)", "Hash of the rule (SHA-256)")
    case .ruleHashNote:
      (
        "투표가 시작되면 규칙은 바뀌지 않습니다. 해시로 확인할 수 있습니다.",
        "The rule does not change once the vote is open. The hash lets anyone check that."
      )
    case .votePlanned: ("투표 예정", "To come")
    case .voteOpen: ("투표 중", "Open")
    case .voteClosed: ("투표 종료", "Closed")
    case .voteStatus: ("투표 상태", "Vote")
    case .carried: ("기준을 넘어 협의회에 회부되었습니다.", "Over the bar: it goes to the Committee.")
    case .notCarried: ("기준을 넘지 못했습니다.", "Not over the bar.")
    case .barCrossedMeanwhile: ("기준을 넘었습니다.", "The bar has been exceeded.")
    case .result: ("결과", "Result")
    case .towardsBar: ("기준까지의 찬성", "Yes votes towards the bar")
    case .countedUpTo: ("집계 시각", "Counted up to")
    case .noTally: ("아직 집계된 표가 없습니다.", "No votes have been counted yet.")
    case .finalTally: ("최종 집계", "Final count")
    case .live: ("실시간으로 갱신됩니다.", "Updated live.")
    case .liveLost: ("연결이 끊겨 다시 연결하고 있습니다.", "Connection lost; trying again.")
    case .stateChanged: ("이 제안의 상태가 바뀌었습니다.", "The state of this proposal has changed.")
    case .reload: ("새로 고침", "Reload the page")
    case .suspensionReason: ("정지 사유", "Why it is suspended")
    case .suspendedSince: ("정지 시작", "Suspended since")
    case .votesLeft: ("남은 표", "Votes that are left")
    case .suspensionMeaning:
      (
        "투표가 기준을 다시 충족할 때까지 처리가 정지되며, 정지된 기간은 처리 기한에 넣지 않습니다.",
        "Nothing is owed until the vote carries again; the days until then do not count towards the due date."
      )
    case .amendedResult: ("결과 정정", "Amended")
    case .referralHeading: ("회부와 소관", "Referral and custody")
    case .holder: ("현재 담당", "Held by")
    case .committee: ("정부혁신추진협의회", "Government Innovation Committee")
    case .since: ("담당 시작", "Since")
    case .due: ("처리 기한", "Due")
    case .awaitingReceipt:
      ("협의회의 접수를 기다리고 있습니다.", "Awaiting receipt by the Committee.")
    case .caseNumber: ("사건 번호", "Case")
    case .caseOrigin: ("회부 경위", "What brought it")
    case .eventRecord: ("행사 기록", "Record of the event")
    case .committeeReceived: ("협의회 접수", "Received by the Committee")
    case .feedTitle: ("새 소식 피드 (Atom)", "Feed of what is new (Atom)")
    case .openData: ("공공데이터", "Open data")
    case .statisticsTitle: ("통계", "Statistics")
    case .statisticsLead:
      (
        "모든 수치는 공개된 사건 기록에서 계산되며, 같은 기록에서 누구나 다시 계산할 수 있습니다.",
        "All figures are computed from the public record of events; from the same record anybody gets the same."
      )
    case .periodLabel: ("기간", "Period")
    case .allYears: ("전체 기간", "All years")
    case .definition: ("정의", "Definition")
    case .madeOf: ("계산에 쓰는 사건", "Events that it is made of")
    case .figure: ("구분", "Of")
    case .value: ("값", "Value")
    case .whole: ("전체", "All")
    case .noFigures: ("이 기간에는 값이 없습니다.", "There is no figure in this period.")
    case .downloadCSV: ("CSV로 내려받기", "Download as CSV")
    case .chainHeading: ("처리 과정과 기한", "Who had it, and until when")
    case .chainNote:
      (
        "제안부터 완료까지 과제를 맡은 사람과 기관, 그 기한입니다.",
        "Everybody who had the task from its draft to its end, and when each was due."
      )
    case .chainData: ("사건 기록과 함께 보기 (JSON)", "With links to the events (JSON)")
    case .chainHolder: ("맡은 곳", "Held by")
    case .chainStep: ("단계", "Step")
    case .chainFrom: ("시작", "From")
    case .chainUntil: ("끝", "Until")
    case .chainDue: ("기한", "Due")
    case .chainNow: ("진행 중", "now")
    case .chainOnTime: ("기한 안", "in time")
    case .caseHeading: ("심의와 이행", "Decisions and implementation")
    case .caseSession: ("회의", "Session")
    case .caseMeetsAt: ("회의 일시", "Meets at")
    case .caseDeliberatedAt: ("심의 일시", "Deliberated at")
    case .caseDecision: ("결정", "Decision")
    case .caseDecidedAt: ("일시", "When")
    case .caseReasons: ("이유", "Reasons")
    case .caseMinutes: ("회의록", "Minutes")
    case .caseMeeting: ("정부혁신전략회의", "Government Innovation Strategy Meeting")
    case .caseOutcome: ("결과", "Outcome")
    case .caseDeferredTo: ("다음 논의", "Deferred to")
    case .caseAnswer: ("소관부처의 공식 답변", "Official answer of the ministry")
    case .caseOffice: ("답변 기관", "Office")
    case .caseSignatory: ("책임자", "Signed by")
    case .caseAnsweredAt: ("답변 일시", "Answered at")
    case .caseRating: ("지지자와 투표자의 평가", "Rating by supporters and voters")
    case .milestones: ("추진계획", "Milestones")
    case .milestone: ("추진 과제와 산출물", "Milestone and what it delivers")
    case .milestoneStatus: ("이행 상태", "Status")
    case .milestonePeriod: ("기간", "From and until")
    case .caseCompleted: ("이행 완료", "Completed")
    case .caseDiscontinued: ("추진 중단", "Discontinued")
    case .historyHeading: ("진행 이력", "History")
    case .noHistory: ("아직 기록이 없습니다.", "Nothing has been recorded yet.")
    case .when: ("시각", "Time")
    case .what: ("일어난 일", "What happened")
    case .details: ("세부 내용", "Details")
    case .dueBy: ("기한", "Due")
    case .notFoundTitle: ("찾는 페이지가 없습니다", "Page not found")
    case .notFoundText:
      (
        "주소에 해당하는 제안이나 페이지가 없습니다. 방금 낸 제안은 잠시 뒤에 나타납니다.",
        "There is no proposal or page at this address. A proposal handed in just now appears after a moment."
      )
    case .badRequestTitle: ("주소를 읽을 수 없습니다", "The address cannot be read")
    case .badRequestText:
      ("주소에 알 수 없는 값이 있습니다.", "The address holds a value that is not known.")
    case .unavailableTitle: ("잠시 이용할 수 없습니다", "Not available for the moment")
    case .unavailableText: ("잠시 뒤에 다시 시도해 주십시오.", "Please try again in a moment.")
    case .errorTitle: ("문제가 발생했습니다", "Something went wrong")
    case .errorText: ("우리 쪽의 문제입니다. 기록해 두었습니다.", "The fault is on our side. It has been recorded.")
    }
  }
}
