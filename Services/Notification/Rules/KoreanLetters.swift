import Contracts
import FoundationEssentials

/// What the Forum writes in Korean.
enum KoreanLetters {
  static func words(for occasion: Occasion) -> Letter.Words {
    switch occasion {
    case .proposal(.submitted):
      Letter.Words("제안이 접수되었습니다", "소중한 제안을 보내 주셔서 감사합니다. 지원단이 검토한 뒤 결과를 알려 드리겠습니다.")
    case .proposal(.withdrawn):
      Letter.Words("제안이 철회되었습니다", "요청하신 대로 제안을 철회하였습니다. 언제든지 새로운 제안을 보내 주시기 바랍니다.")
    case .moderation(.accepted):
      Letter.Words("제안이 검토를 통과했습니다", "지원단의 검토를 통과하여 제안이 토론에 공개되었습니다.")
    case .moderation(.rejected(let event)):
      Letter.Words(
        "제안이 채택되지 않았습니다", "지원단이 검토한 결과, 아쉽게도 이번 제안은 채택되지 않았습니다.",
        "사유: \(name(of: event.code))\n설명: \(event.explanation)")
    case .moderation(.selected(let event)):
      Letter.Words("제안이 투표 과제로 선정되었습니다", "제안이 찬반 투표를 거칠 과제로 선정되었습니다.", "선정 사유: \(event.reason)")
    case .vote(.scheduled(let event)):
      Letter.Words(
        "투표 일정이 정해졌습니다", "투표 기간: \(time(event.rule.opensAt))부터 \(time(event.rule.closesAt))까지",
        "찬성이 \(event.rule.yesBar.grouped)표를 넘\(conditions(event.rule)) 정부혁신추진협의회에 상정됩니다. 이 기준은 투표가 끝날 때까지 바뀌지 않습니다.")
    case .vote(.opened(let event)):
      Letter.Words("투표가 시작되었습니다", "\(time(event.rule.closesAt))까지 찬반 투표가 진행됩니다.")
    case .vote(.paused(let event)):
      Letter.Words(
        "투표가 일시 중단되었습니다", "\(time(event.pausedAt))부터 투표를 받지 않으며, 중단된 시간만큼 마감이 늦춰집니다.",
        "사유: \(event.reason)")
    case .vote(.resumed(let event)):
      Letter.Words(
        "투표가 재개되었습니다", "\(time(event.closesAt))까지 찬반 투표가 진행됩니다.", "사유: \(event.reason)")
    case .vote(.extended(let event)):
      Letter.Words(
        "투표 기간이 연장되었습니다", "\(time(event.closesAt))까지 찬반 투표가 진행됩니다.", "사유: \(event.reason)")
    case .vote(.barCrossed(let event)):
      Letter.Words(
        "찬성이 기준을 넘었습니다",
        "찬성 \(event.yes.grouped)표로 기준인 \(event.yesBar.grouped)표를 넘어 정부혁신추진협의회에 상정됩니다.")
    case .vote(.closed(let event)):
      Letter.Words(
        "투표가 끝났습니다", "찬성 \(event.yes.grouped)표, 반대 \(event.no.grouped)표 (기준: \(event.yesBar.grouped)표 초과)",
        event.carried
          ? "찬성이 기준을 넘어 정부혁신추진협의회에 상정됩니다." : "\(lacking(event.shortfalls ?? [.bar])) 상정되지 않습니다. 참여해 주셔서 감사합니다.")
    case .referral(.received(let event)):
      Letter.Words(
        "정부혁신추진협의회에 접수되었습니다", "과제가 정부혁신추진협의회에 접수되었습니다. 심의 기한은 \(time(event.dueAt))입니다.")
    case .referral(.assigned(let event)):
      Letter.Words(
        "소관부처가 정해졌습니다",
        "소관부처: \(Ministry.named(event.ministry)?.korean ?? event.ministry)\n답변 기한: \(time(event.dueAt))")
    }
  }

  static func name(of code: RejectionCode) -> String {
    switch code {
    case .duplicate: "이미 있는 제안과 같음"
    case .irrelevant: "포럼에서 다루는 일이 아님"
    case .noAction: "정부가 할 수 있는 조치가 없음"
    case .honours: "서훈 또는 포상에 관한 요청"
    case .fakeName: "실명이 아닌 이름"
    case .freedomOfInformation: "정보공개 청구로 다룰 일"
    case .libellous: "명예를 훼손하는 내용"
    case .offensive: "모욕적이거나 불쾌한 내용"
    case .advertisement: "광고"
    }
  }

  private static func lacking(_ shortfalls: [VoteRule.Shortfall]) -> String {
    shortfalls.map { shortfall in
      switch shortfall {
      case .bar: "찬성이 기준을 넘지 못하여"
      case .turnout: "전체 투표가 최소 투표수에 미치지 못하여"
      case .majority: "찬성이 반대보다 많지 않아"
      }
    }.joined(separator: ", ")
  }

  /// What the rule asks for beside the bar: how the sentence goes on.
  private static func conditions(_ rule: VoteRule) -> String {
    guard rule.minimumTurnout > 0 else { return rule.majority ? "고 찬성이 반대보다 많으면" : "으면" }
    let turnout = "고 전체 투표가 \(rule.minimumTurnout.grouped)표 이상이"
    return turnout + (rule.majority ? "며 찬성이 반대보다 많으면" : "면")
  }

  private static func time(_ date: Date) -> String {
    let (day, time) = date.inKorea
    return "\(day) \(time)(한국 시간)"
  }
}
