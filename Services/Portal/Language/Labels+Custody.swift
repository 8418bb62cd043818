import Contracts

extension Language {
  /// Who has a task, by the name in addresses; one that this version does not know, as it came.
  func label(holder name: String) -> String {
    switch name {
    case Hold.author: pick(("제안자", "The author"))
    case Hold.voters: pick(("투표하는 국민", "The voters"))
    default: Holder(name: name).map(label) ?? name
    }
  }

  func label(_ step: Hold.Step) -> String {
    let texts: (String, String) =
      switch step {
      case .gathering: ("지지자 모집", "Looking for supporters")
      case .review: ("검토", "Review")
      case .revision: ("제안 보완", "Revision")
      case .appeal: ("이의 심사", "Appeal")
      case .discussion: ("논의와 과제 선정", "Discussion and selection")
      case .preparation: ("투표 준비", "Preparing the vote")
      case .vote: ("찬반 투표", "Vote")
      case .committee: ("협의회 심의", "Deliberation of the Committee")
      case .supplement: ("지원단 보완", "Supplement by the Support Unit")
      case .strategyMeeting: ("정부혁신전략회의", "Strategy meeting")
      case .assignment: ("소관부처 지정", "Naming a ministry")
      case .ministry: ("소관부처 답변", "Answer of the ministry")
      case .implementation: ("과제 이행", "Implementation")
      case .suspension: ("처리 정지", "Suspended")
      }
    return pick(texts)
  }

  /// How late something is, in words; nil while it is on time.
  func lateness(days: Int, isOver: Bool) -> String? {
    guard days > 0 else { return nil }
    let english = days == 1 ? "1 day" : "\(days) days"
    return switch self {
    case .korean: isOver ? "\(days)일 늦음" : "\(days)일째 늦어지고 있음"
    case .english: isOver ? "\(english) late" : "late since \(english)"
    }
  }
}

extension Language {
  /// How a result is rated, in words.
  func label(_ rating: RatingSummary) -> String {
    let (mean, number) = (StatisticsPage.text(rating.mean), rating.number.grouped)
    return switch self {
    case .korean: "5점 만점에 \(mean)점 (\(number)명)"
    case .english: "\(mean) of 5 (\(rating.number == 1 ? "1 rating" : "\(number) ratings"))"
    }
  }
}

/// How what the statistics are broken down by is called.
extension Language {
  func label(_ unit: Indicator.Unit) -> String {
    let texts: (String, String) =
      switch unit {
      case .proposals: ("건", "proposals")
      case .people: ("명", "people")
      case .ballots: ("표", "ballots")
      case .percent: ("퍼센트", "per cent")
      case .days: ("일", "days")
      case .score: ("5점 만점", "of 5")
      }
    return pick(texts)
  }

  func label(_ rated: RatingSubject) -> String {
    switch rated {
    case .answer: pick(("소관부처 답변", "Answers"))
    case .implementation: pick(("과제 이행", "Implementations"))
    }
  }

  /// In what way somebody took part.
  func label(part: String) -> String {
    switch part {
    case "author": pick(("제안자", "Authors"))
    case "supporter": pick(("지지자", "Supporters"))
    default: part
    }
  }

  /// A stage that an idea reached.
  func label(stage: String) -> String {
    switch stage {
    case "accepted": pick(("채택", "Accepted"))
    case "selected": pick(("투표 과제로 선정", "Selected for a vote"))
    case "voted-on": pick(("투표 실시", "Voted on"))
    case "committee": pick(("협의회 접수", "Before the Committee"))
    case "strategy-meeting": pick(("전략회의 상정", "Before the strategy meeting"))
    case "answered": pick(("소관부처 답변", "Answered by a ministry"))
    case "completed": pick(("이행 완료", "Completed"))
    case "ministry": pick(("소관부처 배정", "Given to a ministry"))
    default: stage
    }
  }
}
