import Contracts

extension KoreanLetters {
  /// What those are told who follow a task, a category or an office; the proposal is not theirs.
  static func wordsForFollowers(about occasion: Occasion) -> Letter.Words {
    switch occasion {
    case .proposal(let event): words(about: event)
    case .moderation(let event): words(about: event)
    case .vote, .referral: words(for: occasion)
    }
  }

  private static func words(about event: ProposalEvent) -> Letter.Words {
    switch event {
    case .supportersSought: Letter.Words("제안의 지지자를 모으고 있습니다", "지지자가 모이면 지원단의 검토가 시작됩니다.")
    case .submitted: Letter.Words("새로운 제안이 접수되었습니다", "지원단이 검토한 뒤 결과를 알려 드리겠습니다.")
    case .revised: Letter.Words("보완된 제안이 접수되었습니다", "지원단이 다시 검토한 뒤 결과를 알려 드리겠습니다.")
    case .lapsed: Letter.Words("제안이 기한이 지나 종료되었습니다", "기한 안에 보완되지 않아 제안이 종료되었습니다.")
    case .withdrawn: Letter.Words("제안자가 제안을 철회했습니다", "이 제안은 더 이상 진행되지 않습니다.")
    case .sympathyCounted(let event):
      Letter.Words("공감하는 시민의 수가 바뀌었습니다", "지금까지 \(event.sympathies.grouped)명의 시민이 공감하였습니다.")
    case .opinionModerated: Letter.Words("제안에 대한 의견이 검토되었습니다", "지원단이 제안에 대한 의견을 검토했습니다.")
    }
  }

  private static func words(about event: ModerationEvent) -> Letter.Words {
    switch event {
    case .accepted: Letter.Words("제안이 검토를 통과하여 공개되었습니다", "지원단의 검토를 통과하여 토론이 시작되었습니다.")
    case .rejected(let event):
      Letter.Words(
        "검토 결과 제안이 채택되지 않았습니다", "사유: \(name(of: event.code))", "설명: \(event.explanation)")
    case .returned: Letter.Words("지원단이 제안의 보완을 요청했습니다", "제안자가 보완하여 다시 제출하면 검토를 이어 갑니다.")
    case .appealed: Letter.Words("제안자가 이의를 신청했습니다", "다른 담당자가 심사한 뒤 결과를 알려 드리겠습니다.")
    case .appealDecided(let event):
      Letter.Words(
        event.outcome == .upheld ? "제안자의 이의 신청이 받아들여지지 않았습니다" : "제안자의 이의 신청이 받아들여졌습니다",
        event.outcome == .upheld ? "심사 결과 반려가 유지됩니다." : "심사 결과 제안이 채택되어 토론에 공개되었습니다.",
        "설명: \(event.explanation)")
    case .merged(let event):
      Letter.Words(
        "제안이 다른 제안에 병합되었습니다", "앞으로의 진행은 다음 제안에서 이어집니다: \(event.into)", "사유: \(event.reason)")
    case .selected(let event):
      Letter.Words("제안이 찬반 투표를 거칠 과제로 선정되었습니다", "투표 일정이 정해지면 알려 드리겠습니다.", "선정 사유: \(event.reason)")
    }
  }
}
