import Contracts
import Postgres
import ServiceKit

extension Dataset {
  /// The action log for everybody. It is moderation's alone: a rejection that is only proposed, say, is in no event.
  static let actions = Dataset(
    "actions", korean: "지원단의 처리 기록. 제안의 제출부터 투표까지 누가 언제 무엇을 왜 했는지.",
    english: "The action log: what was done with proposals by whom in which role, when and why.",
    rows: "action_log WHERE true", time: "action_log.at", key: .number("action_log.id"),
    columns: [
      Column("number", .integer, "action_log.id", "기록 번호", "Counts the lines of the log."),
      Column("at", .time, "action_log.at", "시각", "When it was done."),
      Column("role", .word, "action_log.role", "역할", "In which role, or by which service."),
      Column(
        "actor", .id, "CASE WHEN action_log.role <> 'citizen' THEN action_log.actor END",
        "지원단 담당자의 가명. 국민의 것은 공개하지 않습니다.",
        "The pseudonym of a member of staff; that of a citizen is not public."),
      Column("action", .word, "action_log.action", "처리", "What was done."),
      Column("task", .id, "action_log.proposal", "제안", "The proposal, or the task that it became."),
      Column("opinion", .id, "action_log.opinion", "의견", "The opinion that it was done to."),
      Column("rating", .id, "action_log.rating", "평가", "The rating whose reason it was done to."),
      Column(
        "resultOpinion", .id, "action_log.result_opinion", "결과에 대한 의견", "The opinion on results that it was done to."),
      Column(
        "code", .word, .publicReason("code", "ground", "outcome", "decision"), "사유 코드",
        "Why, in a word of the contracts."),
      Column(
        "reason", .text, .publicReason("explanation", "statement", "note", "reason", "reasons", "summary"), "사유",
        "Why, as it was written; absent while one person alone holds it against a text."),
    ],
    filters: [
      .id("task", in: "action_log.proposal"), .word("action", Deed.self, in: "action_log.action"),
      DatasetFilter("category", words: Category.allCases.map(\.rawValue)) { text throws(Problem) in
        guard let category = Category(rawValue: text) else { throw .badRequest("There is no such category.") }
        return """
          EXISTS (SELECT FROM review WHERE review.proposal = action_log.proposal AND review.category = \(category))
          """
      },
    ])
}

extension Query {
  /// The first of some members of the reason, if everybody may read it.
  fileprivate static func publicReason(_ members: String...) -> Query {
    let open = Deed.allCases.filter(\.hasPublicReason).map(\.rawValue)
    return """
      CASE WHEN action_log.action = ANY(\(open)) THEN (
        SELECT action_log.reason ->> member FROM unnest(\(members)) WITH ORDINALITY AS named (member, place)
        WHERE action_log.reason ->> member IS NOT NULL ORDER BY place LIMIT 1) END
      """
  }
}
