import Contracts
import Postgres
import ServiceKit

extension Dataset {
  static let cases = Dataset(
    "cases", korean: "협의회에 회부된 과제.", english: "What went to the Committee.",
    rows: "task WHERE task.is_public AND task.case_id IS NOT NULL", time: "task.received_at", key: .id("task.case_id"),
    columns: [
      Column("id", .id, "task.case_id", "사건 번호", "The case."),
      Column("task", .id, "task.proposal", "과제", "The task that it is about."),
      Column("category", .word, "task.category", "분야", "The subject of the task."),
      Column("state", .word, "task.state", "과제의 상태", "Where the task stands."),
      Column("receivedAt", .time, "task.received_at", "협의회 접수", "When it came before the Committee."),
      Column("dueAt", .time, "task.due_at", "협의회 기한", "When the Committee owed its decision."),
      Column("ministry", .word, "task.ministry", "소관부처", "The ministry in charge."),
      Column("assignedAt", .time, "task.assigned_at", "소관부처 배정", "When the ministry was put in charge."),
      Column("decision", .word, .last("decided", "code"), "협의회 결정", "What the Committee decided last."),
      Column("decidedAt", .time, .last("decided", "at"), "협의회 결정 시각", "When it did."),
      Column("outcome", .word, .last("concluded", "code"), "전략회의 결과", "What the strategy meeting concluded last."),
      Column("concludedAt", .time, .last("concluded", "at"), "전략회의 결과 시각", "When it did."),
      Column("answeredAt", .time, .last("answered", "at"), "부처 답변 시각", "When the ministry answered the citizens."),
      Column(
        "endedAt", .time, .endOfCase, "종결 시각. 불채택과 기준 미달로 끝난 때를 포함합니다. 누가 맡고 있으면 없습니다.",
        "When the case ended, also by being declined or by a lapse; absent while somebody has it."),
      Column("holder", .word, "task.case_holder", "현재 담당", "Who has it; absent when it has ended."),
      Column("holderDueAt", .time, "task.case_due_at", "현재 기한", "Until when the holder owes the next step."),
      Column(
        "origin", .word, "task.case_origin", "회부 경위. 기록하기 전의 사건에는 없습니다.",
        "What brought it; absent of cases from before that was kept."),
      Column(
        "event", .text, "task.case_event->>'name'", "회부한 오프라인 행사", "The off-line event that left the task outstanding."),
      Column("eventHeldOn", .word, "task.case_event->>'heldOn'", "행사 날짜(한국)", "The day in Korea on which it was held."),
      Column("eventRecord", .text, "task.case_event->>'record'", "행사 회의록 주소", "The address of its minutes."),
    ],
    filters: [
      .word("state", TaskState.self, in: "task.state"), .word("category", Category.self, in: "task.category"),
      .word("office", of: Ministry.all.map(\.slug), in: "task.ministry"),
      .word("origin", CaseOrigin.self, in: "task.case_origin"),
    ])

  /// The clocks: what is owed by whom until when, and what was.
  static let holds = Dataset(
    "holds", korean: "과제를 누가 언제부터 언제까지 맡았고 기한이 언제였는지.",
    english: "Who had a task for what, from when to when, and when it was due: the chain of custody of all tasks.",
    rows: """
      hold JOIN task ON task.proposal = hold.proposal AND task.is_public
        JOIN history AS begun ON begun.event_id = hold.event_id
        LEFT JOIN history AS ended ON ended.event_id = hold.ended_by
      WHERE true
      """,
    time: "hold.since", key: .id("hold.event_id"),
    columns: holdColumns,
    filters: [
      .id("task", in: "hold.proposal"), .word("state", of: ["open", "ended"], in: .holdState),
      .word("step", of: Hold.Step.allCases.map(\.rawValue), in: "hold.step"),
      .word("office", of: Hold.holders, in: "hold.holder"),
      .word("category", Category.self, in: "task.category"),
      .word("late", of: ["true", "false"], in: "(\(fragment: .lateDays) > 0)::text"),
    ])

  static let holdColumns = [
    Column("id", .id, "hold.event_id", "맡기 시작한 사건", "The event with which it began."),
    Column("task", .id, "hold.proposal", "과제", "The task."),
    Column("number", .integer, "hold.number", "순서", "Counts the holds of a task from 1."),
    Column(
      "holder", .word, "hold.holder", "맡은 사람이나 기관",
      "Who had it: `author`, `voters`, `support-unit`, `committee`, `strategy-meeting`, or a ministry's slug."),
    Column("step", .word, "hold.step", "맡은 일", "What for."),
    Column("since", .time, "hold.since", "시작", "From when on."),
    Column("until", .time, "hold.until", "끝. 아직 맡고 있으면 없습니다.", "Until when; absent while it goes on."),
    Column("dueAt", .time, "hold.due_at", "기한", "When the next step was due; absent where no time is set."),
    Column(
      "lateDays", .integer, .lateDays, "늦은 날수(한국 날짜). 기한 당일은 세지 않습니다.",
      "Days in Korea by which it was, or is, late; the day on which it was due does not count."),
    Column("begunByType", .word, "begun.type", "시작한 사건의 종류", "Type of the event with which it began."),
    Column("begunByTopic", .word, "begun.topic", "시작한 사건의 토픽", "Topic of that event."),
    Column("begunByPartition", .integer, "begun.partition", "시작한 사건의 파티션", "Its partition."),
    Column("begunByOffset", .integer, "begun.record_offset", "시작한 사건의 오프셋", "Its place in the partition."),
    Column("endedBy", .id, "hold.ended_by", "끝낸 사건", "The event with which it ended."),
    Column("endedByType", .word, "ended.type", "끝낸 사건의 종류", "Type of that event."),
    Column("endedByTopic", .word, "ended.topic", "끝낸 사건의 토픽", "Its topic."),
    Column("endedByPartition", .integer, "ended.partition", "끝낸 사건의 파티션", "Its partition."),
    Column("endedByOffset", .integer, "ended.record_offset", "끝낸 사건의 오프셋", "Its place in the partition."),
    Column(
      "handOver", .integer, "hold.hand_over", "이 단계가 시작된 순서. 정지 뒤에 이어지거나 늦은 뒤에 기한을 새로 정하면 순서만 바뀝니다.",
      "The number with which the hand-over began: one that is resumed, or gets another due date when it is late, goes on."
    ),
    Column(
      "takenAway", .boolean, "hold.taken_away", "답 없이 끝났는지(철회, 병합, 정지, 이관 등)",
      "Whether it ended without an answer: withdrawn, merged, suspended, lapsed or transferred."),
  ]

  static let events = Dataset(
    "events", korean: "공개된 사건 기록. 집계는 없습니다.", english: "The public record of events, without the counts.",
    rows: "history JOIN task ON task.proposal = history.proposal AND task.is_public WHERE true", time: "history.at",
    key: .id("history.event_id"),
    columns: [
      Column("id", .id, "history.event_id", "사건 번호", "The event: `ce_id` of its record."),
      Column("task", .id, "history.proposal", "과제", "The task that it is about."),
      Column("kind", .word, "history.kind", "일어난 일", "What happened."),
      Column("at", .time, "history.at", "시각", "When it happened."),
      Column("code", .word, "history.code", "사유나 기관", "A code, an office, or the proposal that goes on."),
      Column("note", .text, "history.note", "설명", "What was written about it."),
      Column("yes", .integer, "history.yes", "찬성", "Yes votes at that moment."),
      Column("no", .integer, "history.no", "반대", "No votes at that moment."),
      Column("dueAt", .time, "history.due_at", "기한", "When the next step is due."),
      Column("type", .word, "history.type", "CloudEvents 종류", "`ce_type` of its record."),
      Column("topic", .word, "history.topic", "토픽", "Where its record stands in Kafka."),
      Column("partition", .integer, "history.partition", "파티션", "The partition."),
      Column("offset", .integer, "history.record_offset", "오프셋", "The place in the partition."),
    ],
    filters: [
      .id("task", in: "history.proposal"),
      .word("kind", of: Occurrence.Kind.allCases.map(\.rawValue), in: "history.kind"),
      .word("state", TaskState.self, in: "task.state"), .word("category", Category.self, in: "task.category"),
      DatasetFilter("office", words: Hold.holders) { text throws(Problem) in
        guard Hold.holders.contains(text) else {
          throw .badRequest("office must be one of \(Hold.holders.joined(separator: ", ")).")
        }
        return .happened(with: text)
      },
    ])
}

extension Query {
  /// A column of the last of some lines in the history of the task; the column is named last.
  static func last(_ names: String...) -> Query {
    let column = Query(unsafeSQL: "history.\(names.last ?? "at")")
    return """
      (SELECT \(fragment: column) FROM history WHERE history.proposal = task.proposal
        AND history.kind = ANY(\(Array(names.dropLast()))) ORDER BY history.at DESC LIMIT 1)
      """
  }

  /// Nil while somebody has the case, as after a lapse that was followed by another crossing of the bar.
  static let endOfCase: Query = """
    CASE WHEN task.case_holder IS NULL THEN
      (SELECT max(history.at) FROM history WHERE history.proposal = task.proposal
        AND (history.kind IN ('completed', 'discontinued', 'case-lapsed')
          OR history.kind = 'decided' AND history.code = 'decline'
          OR history.kind = 'concluded' AND history.code = 'declined')) END
    """

  static let holdState: Query = "CASE WHEN hold.until IS NULL THEN 'open' ELSE 'ended' END"

  static let lateDays: Query = """
    CASE WHEN coalesce(hold.until, now()) > hold.due_at AND hold.step <> 'vote'
      THEN (coalesce(hold.until, now()) AT TIME ZONE 'Asia/Seoul')::date - (hold.due_at AT TIME ZONE 'Asia/Seoul')::date
      ELSE 0 END
    """

  /// Events of tasks while somebody had them, the first and the last of that included.
  static func happened(with holder: String) -> Query {
    """
    EXISTS (SELECT FROM hold WHERE hold.proposal = history.proposal AND hold.holder = \(holder)
      AND hold.since <= history.at AND (hold.until IS NULL OR history.at <= hold.until))
    """
  }
}
