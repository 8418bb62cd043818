import Contracts

/// A figure by which the Forum is judged. This is the one place where each is defined: what it is called, what it means, in
/// which unit it is, and which events it is made of. How it is computed stands in Store/Indicator+SQL.swift.
enum Indicator: String, Sendable, CaseIterable {
  case proposalsSubmitted = "proposals-submitted"
  case participants
  case ballotsCounted = "ballots-counted"
  case feedbackGiven = "feedback-given"
  case answeredInTime = "answered-in-time"
  case ideasDiscussed = "ideas-discussed"
  case ideasByStage = "ideas-by-stage"
  case ideasByMinistry = "ideas-by-ministry"
  case daysOfStage = "days-of-stage"
  case ratings

  enum Unit: String, Sendable, CaseIterable { case proposals, people, ballots, percent, days, score }

  var unit: Unit {
    switch self {
    case .proposalsSubmitted, .feedbackGiven, .ideasDiscussed, .ideasByStage, .ideasByMinistry: .proposals
    case .participants: .people
    case .ballotsCounted: .ballots
    case .answeredInTime: .percent
    case .daysOfStage: .days
    case .ratings: .score
    }
  }

  var title: (korean: String, english: String) {
    switch self {
    case .proposalsSubmitted: ("제출된 제안", "Proposals submitted")
    case .participants: ("참여한 사람", "Distinct participants")
    case .ballotsCounted: ("집계된 투표", "Ballots counted")
    case .feedbackGiven: ("답변을 받은 제안", "Feedback given")
    case .answeredInTime: ("기한 안에 답한 비율", "Answered in time")
    case .ideasDiscussed: ("논의된 제안", "Ideas discussed")
    case .ideasByStage: ("단계별로 채택된 제안", "Ideas taken up, by stage")
    case .ideasByMinistry: ("부처별로 채택된 제안", "Ideas taken up, by ministry")
    case .daysOfStage: ("단계별 소요 일수(중앙값)", "Median days of a stage")
    case .ratings: ("결과에 대한 평가", "Ratings of the results")
    }
  }

  var definition: (korean: String, english: String) {
    switch self {
    case .proposalsSubmitted:
      (
        "지원단의 검토에 올라간 제안의 수. 지지자를 모으는 중이거나 모으지 못한 제안은 세지 않으며, 보완은 새 제안이 아닙니다.",
        "Proposals that came before the Support Unit. Those that look for supporters, or never had enough, do not count, "
          + "and a revision is no new proposal."
      )
    case .participants:
      (
        "제안을 제출했거나 제출 전에 지지한 서로 다른 사람의 수. 여러 번 참여해도 한 번만 셉니다. "
          + "투표한 사람은 넣지 않습니다. 투표자의 가명은 과제마다 달라서, 두 투표에 같은 사람이 참여했는지 아무도 알 수 없게 되어 있기 때문입니다. "
          + "공감과 의견은 사건 기록에 사람별로 남지 않습니다.",
        "Different people who handed in a proposal or supported one until it was handed in; each counts once however often. "
          + "Voters are not among them: their pseudonyms differ from task to task, so that nobody can know, by design, whether "
          + "two votes had the same voter. Who sympathises or gives an opinion is in no event."
      )
    case .ballotsCounted:
      (
        "기간 안에 끝난 투표에서 유효하게 집계된 찬성과 반대의 합. 한 사람이 여러 과제에 투표하면 과제마다 셉니다. 진행 중인 투표는 세지 않습니다.",
        "Yes and no votes counted in votes that closed in the period, as last amended. Who votes on several tasks counts for "
          + "each of them. Votes that are still open do not count."
      )
    case .feedbackGiven:
      (
        "기간 안에 이유가 담긴 공개 답변을 받은 제안의 수: 보완 요청, 반려, 이의 결정, 병합, 과제 선정, 협의회와 전략회의와 부처의 결정과 답변.",
        "Proposals that were given a public answer with reasons in the period: returned, rejected, an appeal decided, merged, "
          + "selected, or decided or answered by Committee, strategy meeting or ministry."
      )
    case .answeredInTime:
      (
        "기한이 있는 단계 가운데 기간 안에 기한이 된 것의 수에 대한, 기한까지 끝난 것의 비율. 투표는 넣지 않으며, "
          + "기한 전에 철회, 병합, 정지, 이관 등으로 답 없이 끝난 단계도 넣지 않습니다. 정지되었다가 다시 이어지거나 늦은 뒤에 기한을 "
          + "새로 정한 단계는 하나로 세며, 한 번 늦은 것은 늦은 것입니다.",
        "Of the stages that were due in the period, those that ended by their due date. A vote is no such stage, nor is what "
          + "was withdrawn, merged, suspended, lapsed or transferred before it was due; one that ended before its due date "
          + "counts from its end on. One that was resumed after a suspension, or got another due date when it was late, is "
          + "one stage still, and was late if it ever was."
      )
    case .ideasDiscussed:
      (
        "기간 안에 채택되어 국민의 논의에 들어간 제안의 수.",
        "Proposals that were accepted in the period, which opens them to the discussion of all."
      )
    case .ideasByStage:
      (
        "기간 안에 각 단계에 이른 제안의 수. 한 단계에 여러 번 이른 제안도 한 번만 셉니다.",
        "Proposals that reached a stage in the period; one that reached a stage several times counts once."
      )
    case .ideasByMinistry:
      (
        "기간 안에 각 부처에 배정된 과제의 수.",
        "Tasks that a ministry was put in charge of in the period."
      )
    case .daysOfStage:
      (
        "기간 안에 끝난 단계가 걸린 날수의 중앙값. 정지된 날은 그 단계에 넣지 않으며, 철회, 병합, 정지, 이관 등으로 답 없이 끝난 단계는 "
          + "세지 않습니다.",
        "The median of the days that stages took which ended in the period. Days of a suspension are not days of the stage, and "
          + "what was withdrawn, merged, suspended, lapsed or transferred without an answer does not count."
      )
    case .ratings:
      (
        "지지자와 투표자가 소관부처의 답변과 이행에 준 점수(1~5점)의 평균. 과제마다 기간 안에 마지막으로 집계된 것을 셉니다.",
        "The mean of the scores, 1 to 5, that supporters and voters gave to answers and implementations of ministries; of each "
          + "task as last counted in the period."
      )
    }
  }

  /// Types of the events that it is made of.
  var events: [String] {
    switch self {
    case .proposalsSubmitted, .participants: [ProposalSubmitted.type]
    case .ballotsCounted: [VoteClosed.type, VoteResultAmended.type]
    case .feedbackGiven:
      [
        ProposalReturned.type, ProposalRejected.type, AppealDecided.type, ProposalMerged.type, TaskSelected.type,
        CaseDecided.type, CaseConcluded.type, CaseAnswered.type, CaseDiscontinued.type,
      ]
    case .ideasDiscussed: [ProposalAccepted.type, AppealDecided.type]
    case .ideasByStage:
      [
        ProposalAccepted.type, AppealDecided.type, TaskSelected.type, VoteOpened.type, CaseReceived.type,
        CaseSubmitted.type, CaseAssigned.type, CaseAnswered.type, CaseCompleted.type,
      ]
    case .ideasByMinistry: [CaseAssigned.type]
    case .answeredInTime, .daysOfStage: Self.eventsOfHolds
    case .ratings: [CaseRatingsCounted.type]
    }
  }

  /// What begins and ends a hold.
  private static let eventsOfHolds = [
    SupportersSought.type, ProposalSubmitted.type, ProposalRevised.type, ProposalLapsed.type, ProposalWithdrawn.type,
    ProposalAccepted.type, ProposalRejected.type, ProposalReturned.type, RejectionAppealed.type, AppealDecided.type,
    ProposalMerged.type, TaskSelected.type, VoteOpened.type, VoteResumed.type, VoteExtended.type, VoteClosed.type,
    CaseReceived.type, CaseDecided.type, CaseSupplemented.type, CaseSubmitted.type, CaseConcluded.type,
    CaseAssigned.type, CaseAnswered.type, CasePlanned.type, CaseDelayed.type, CaseExtended.type, CaseCompleted.type,
    CaseDiscontinued.type, CaseSuspended.type, CaseResumed.type, CaseLapsed.type,
  ]
}

/// One number of an indicator.
struct Figure: Sendable, Equatable {
  /// What it is broken down by: `category`, `part`, `stage`, `office` or `ministry`; nil: it is the whole.
  let by: String?
  /// Of which of them.
  let of: String?
  let value: Double
}
