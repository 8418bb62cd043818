import Contracts
import FoundationEssentials

/// What the Forum writes in Korean.
enum KoreanLetters {
  static func words(for occasion: Occasion) -> Letter.Words {
    switch occasion {
    case .proposal(.supportersSought(let event)):
      Letter.Words(
        "제안의 지지자를 모으고 있습니다", "제안이 등록되었습니다. 초대 링크를 나누어 \(event.needed)명의 지지를 받으면 지원단의 검토가 시작됩니다.",
        "기한: \(time(event.endsAt))")
    case .proposal(.submitted):
      Letter.Words("제안이 접수되었습니다", "소중한 제안을 보내 주셔서 감사합니다. 지원단이 검토한 뒤 결과를 알려 드리겠습니다.")
    case .proposal(.revised):
      Letter.Words("보완한 제안이 접수되었습니다", "보완해 주셔서 감사합니다. 지원단이 다시 검토한 뒤 결과를 알려 드리겠습니다.")
    case .proposal(.lapsed(let event)):
      Letter.Words(
        "제안의 기한이 지났습니다",
        event.reason == .noSupporters
          ? "기한 안에 필요한 지지자가 모이지 않아 제안이 종료되었습니다. 언제든지 새로운 제안을 보내 주시기 바랍니다."
          : "기한 안에 보완되지 않아 제안이 종료되었습니다. 언제든지 새로운 제안을 보내 주시기 바랍니다.")
    case .proposal(.withdrawn):
      Letter.Words("제안이 철회되었습니다", "요청하신 대로 제안을 철회하였습니다. 언제든지 새로운 제안을 보내 주시기 바랍니다.")
    case .proposal(.sympathyCounted(let event)):
      Letter.Words("공감하는 시민의 수가 바뀌었습니다", "지금까지 \(event.sympathies.grouped)명의 시민이 공감하였습니다.")
    case .proposal(.opinionModerated):
      Letter.Words("제안에 대한 의견이 검토되었습니다", "지원단이 제안에 대한 의견을 검토했습니다.")
    case .moderation(.accepted):
      Letter.Words("제안이 검토를 통과했습니다", "지원단의 검토를 통과하여 제안이 토론에 공개되었습니다.")
    case .moderation(.rejected(let event)):
      Letter.Words(
        "제안이 채택되지 않았습니다", "지원단이 검토한 결과, 아쉽게도 이번 제안은 채택되지 않았습니다.",
        "사유: \(name(of: event.code))\n설명: \(event.explanation)")
    case .moderation(.returned(let event)):
      Letter.Words(
        "제안의 보완을 부탁드립니다", "지원단이 제안의 보완을 요청하였습니다. 보완하여 다시 제출하시면 검토를 이어 갑니다.", "요청 내용: \(event.note)")
    case .moderation(.appealed):
      Letter.Words("이의 신청이 접수되었습니다", "제안을 반려한 담당자가 아닌 다른 담당자가 심사한 뒤 결과를 알려 드리겠습니다.")
    case .moderation(.appealDecided(let event)):
      Letter.Words(
        event.outcome == .upheld ? "이의 신청이 받아들여지지 않았습니다" : "이의 신청이 받아들여졌습니다",
        event.outcome == .upheld ? "심사 결과 반려가 유지됩니다." : "심사 결과 제안이 채택되어 토론에 공개되었습니다.",
        "설명: \(event.explanation)")
    case .moderation(.merged(let event)):
      Letter.Words(
        "제안이 같은 내용의 다른 제안에 병합되었습니다", "두 제안은 모두 계속 읽을 수 있으며, 앞으로의 진행은 다음 제안에서 이어집니다: \(event.into)",
        "사유: \(event.reason)")
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
    case .vote(.trendAlarm):
      Letter.Words("투표를 살펴보고 있습니다", "한 시간 안에 또는 한 네트워크에서 표가 많이 들어왔습니다. 들어온 표는 그대로 집계됩니다.")
    case .vote(.barCrossed(let event)):
      Letter.Words(
        "찬성이 기준을 넘었습니다",
        "찬성 \(event.yes.grouped)표로 기준인 \(event.yesBar.grouped)표를 넘었습니다. "
          + "아직 정부혁신추진협의회에 올라가지 않았다면 협의회에 상정됩니다.")
    case .vote(.closed(let event)):
      Letter.Words(
        "투표가 끝났습니다", "찬성 \(event.yes.grouped)표, 반대 \(event.no.grouped)표 (기준: \(event.yesBar.grouped)표 초과)",
        event.carried
          ? "찬성이 기준을 넘어 정부혁신추진협의회에 상정됩니다." : "\(lacking(event.shortfalls ?? [.bar])) 상정되지 않습니다. 참여해 주셔서 감사합니다.")
    case .vote(.ballotsRuled(let event)):
      Letter.Words(
        event.kind == .void ? "일부 투표가 무효로 처리되었습니다" : "보류되었던 투표가 집계에 포함됩니다",
        event.kind == .void
          ? "두 담당자의 확인을 거쳐 일부 투표를 집계에서 제외합니다.\(ballots(event))"
          : "두 담당자의 확인을 거쳐 보류되었던 투표를 집계에 포함합니다.\(ballots(event))",
        "사유: \(name(of: event.code))\n설명: \(event.reason)")
    case .vote(.barLost(let event)):
      Letter.Words(
        "투표가 상정 기준에 미치지 못하게 되었습니다",
        "무효 처리로 찬성 \(event.yes.grouped)표, 반대 \(event.no.grouped)표가 되어 상정 기준(찬성 \(event.yesBar.grouped)표 초과)을 "
          + "충족하지 못합니다. 이 투표로 상정된 과제의 처리는 기준을 다시 충족할 때까지 정지됩니다.")
    case .vote(.resultAmended(let event)):
      Letter.Words(
        "투표 결과가 정정되었습니다",
        "정정된 결과: 찬성 \(event.yes.grouped)표, 반대 \(event.no.grouped)표 (기준: \(event.yesBar.grouped)표 초과)",
        event.carried ? "정정된 결과는 상정 기준을 충족합니다." : "\(lacking(event.shortfalls)) 상정 기준을 충족하지 못합니다.")
    case .referral(let event): words(for: event)
    }
  }

  /// What those are told who supported a proposal before its review; nil where they are not written to.
  static func wordsForSupporters(about occasion: Occasion) -> Letter.Words? {
    guard case .moderation(let event) = occasion else { return nil }
    return switch event {
    case .accepted: Letter.Words("지지하신 제안이 검토를 통과했습니다", "지지하신 제안이 지원단의 검토를 통과하여 토론에 공개되었습니다.")
    case .rejected(let event):
      Letter.Words(
        "지지하신 제안이 채택되지 않았습니다", "지원단이 검토한 결과, 지지하신 제안은 채택되지 않았습니다.",
        "사유: \(name(of: event.code))\n설명: \(event.explanation)")
    case .merged(let event):
      Letter.Words(
        "지지하신 제안이 다른 제안에 병합되었습니다", "앞으로의 진행은 다음 제안에서 이어집니다: \(event.into)", "사유: \(event.reason)")
    case .returned, .appealed, .appealDecided, .selected: nil
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

  static func name(of code: RulingCode) -> String {
    switch code {
    case .noRightToVote: "투표권이 없는 사람의 투표"
    case .automated: "프로그램에 의한 투표"
    case .sameHand: "한 사람이 여러 이름으로 한 투표"
    case .identityStolen: "남의 명의를 도용한 투표"
    case .examined: "확인 결과 문제 없음"
    }
  }

  /// How many ballots a ruling is about; nothing while that is hidden.
  private static func ballots(_ event: BallotsRuled) -> String {
    guard let yes = event.yes, let no = event.no else { return "" }
    return " (찬성 \(yes.grouped)표, 반대 \(no.grouped)표)"
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

  static func time(_ date: Date) -> String {
    let (day, time) = date.inKorea
    return "\(day) \(time)(한국 시간)"
  }
}
