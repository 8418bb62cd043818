import Contracts

extension Catalogue.Entry {
  /// The action log, which moderation gives away: described here, since there is one catalogue. A test holds it against
  /// moderation's own description.
  static let actions = Self(
    "actions", korean: "지원단의 처리 기록. 제안의 제출부터 투표까지 누가 언제 무엇을 왜 했는지.",
    english: "The action log: what was done with proposals by whom in which role, when and why.",
    filters: [
      .init(name: "task", words: nil), .init(name: "action", words: deeds),
      .init(name: "category", words: Category.allCases.map(\.rawValue)),
    ],
    columns: [
      .init(name: "number", type: "integer", korean: "기록 번호", english: "Counts the lines of the log."),
      .init(name: "at", type: "time", korean: "시각", english: "When it was done."),
      .init(name: "role", type: "word", korean: "역할", english: "In which role, or by which service."),
      .init(
        name: "actor", type: "id", korean: "지원단 담당자의 가명. 국민의 것은 공개하지 않습니다.",
        english: "The pseudonym of a member of staff; that of a citizen is not public."),
      .init(name: "action", type: "word", korean: "처리", english: "What was done."),
      .init(name: "task", type: "id", korean: "제안", english: "The proposal, or the task that it became."),
      .init(name: "opinion", type: "id", korean: "의견", english: "The opinion that it was done to."),
      .init(name: "rating", type: "id", korean: "평가", english: "The rating whose reason it was done to."),
      .init(
        name: "resultOpinion", type: "id", korean: "결과에 대한 의견", english: "The opinion on results that it was done to."),
      .init(name: "code", type: "word", korean: "사유 코드", english: "Why, in a word of the contracts."),
      .init(
        name: "reason", type: "text", korean: "사유",
        english: "Why, as it was written; absent while one person alone holds it against a text."),
    ])

  private static let deeds = [
    "submit", "enter", "revise", "lapse", "withdraw", "accept", "reject", "return", "merge", "select", "appeal",
    "uphold", "overturn", "propose-rejection", "refuse-rejection", "dismiss-flags", "propose-hiding", "refuse-hiding",
    "hide", "restore", "pause-vote", "resume-vote", "extend-vote", "void-ballots", "release-ballots", "refer-case",
    "assign-members", "schedule-session", "record-deliberation", "decide-case", "supplement-case", "place-on-agenda",
    "conclude-case",
    "assign-ministry", "lapse-case", "accept-case", "transfer-case", "answer-case", "plan-case", "report-milestone",
    "delay-milestone", "complete-case", "discontinue-case", "extend-case",
  ]
}
