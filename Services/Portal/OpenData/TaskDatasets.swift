import Contracts
import Postgres
import ServiceKit

extension Dataset {
  /// All that the portal gives away. They read the tables that its pages are made from.
  static let ofThePortal = [tasks, votes, tallies, cases, holds, events]

  /// The words of the contracts by which the state of a vote is told.
  static let votePhases = ["planned", "open", "closed"]

  private static let byCategory = DatasetFilter.word("category", Category.self, in: "task.category")

  /// Tasks that an office, the author or the voters have at this moment.
  private static let byHolder = DatasetFilter.word("office", of: Hold.holders, asRows: "task.proposal")

  static let tasks = Dataset(
    "tasks", korean: "제안과 과제. 지지자를 모으는 중인 제안은 없습니다.",
    english: "Proposals, and the tasks that they become. Those that still look for supporters are not there.",
    rows: "task LEFT JOIN task_text ON task_text.proposal = task.proposal WHERE task.is_public",
    time: "task.listed_at", key: .id("task.proposal"),
    columns: [
      Column("id", .id, "task.proposal", "제안 번호. 과제가 되어도 같습니다.", "The proposal; it keeps its number as a task."),
      Column("state", .word, "task.state", "상태", "Where it stands."),
      Column("category", .word, "task.category", "분야", "The subject that its author chose."),
      Column(
        "title", .text, "CASE WHEN NOT task.text_hidden THEN task.title END", "제목. 비공개이면 없습니다.",
        "The title; absent where it is hidden."),
      Column(
        "summary", .text, "CASE WHEN NOT task.text_hidden THEN task_text.summary END", "요약",
        "What it asks for, in short."),
      Column("body", .text, "CASE WHEN NOT task.text_hidden THEN task_text.body END", "본문", "The whole proposal."),
      Column(
        "reference", .text, "CASE WHEN NOT task.text_hidden THEN task_text.reference END", "출처 번호",
        "Where it came from, for example the number of a petition."),
      Column("textHidden", .boolean, "task.text_hidden", "제목과 본문의 비공개 여부", "Whether title and text are hidden."),
      Column("submittedAt", .time, "task.submitted_at", "제안 시각", "When it came before the Support Unit."),
      Column("acceptedAt", .time, "task.accepted_at", "채택 시각", "When it was accepted."),
      Column("rejectedAt", .time, "task.rejected_at", "반려 시각", "When it was rejected."),
      Column("rejectionCode", .word, "task.rejection_code", "반려 사유", "Why it was rejected."),
      Column("appealOutcome", .word, "task.appeal_outcome", "이의 신청 결과", "How an appeal ended."),
      Column("mergedInto", .id, "task.merged_into", "병합된 제안", "The proposal that goes on for both."),
      Column("withdrawnAt", .time, "task.withdrawn_at", "철회 시각", "When its author took it back."),
      Column("selectedAt", .time, "task.selected_at", "투표 과제 선정 시각", "When it was selected for a vote."),
      Column("case", .id, "task.case_id", "사건 번호", "The case before the Committee."),
      Column("ministry", .word, "task.ministry", "소관부처", "The ministry in charge."),
      Column(
        "updatedAt", .time, "(SELECT max(at) FROM history WHERE history.proposal = task.proposal)", "마지막 사건 시각",
        "When something happened to it last."),
    ],
    filters: [.word("state", TaskState.self, in: "task.state"), byCategory, byHolder])

  static let votes = Dataset(
    "votes", korean: "찬반 투표의 규칙, 일정과 결과.", english: "Yes-or-no votes: rule, schedule and outcome.",
    rows: "task WHERE task.is_public AND task.opens_at IS NOT NULL", time: "task.opens_at", key: .id("task.proposal"),
    columns: [
      Column("task", .id, "task.proposal", "과제", "The task that is voted on."),
      Column("category", .word, "task.category", "분야", "The subject of the task."),
      Column("phase", .word, .votePhase, "투표 상태", "Planned, open or closed."),
      Column("yesBar", .integer, "task.yes_bar", "회부 기준", "The number of yes votes that must be exceeded."),
      Column("referral", .word, "task.referral", "회부 시점", "When it is referred."),
      Column("minimumTurnout", .integer, "coalesce(task.minimum_turnout, 0)", "최소 투표수", "The least number of votes."),
      Column(
        "majority", .boolean, "coalesce(task.majority, false)", "다수 찬성 필요 여부",
        "Whether more yes than no votes are needed."),
      Column("electorate", .word, "coalesce(task.electorate, 'citizens')", "투표권자", "Who may vote."),
      Column("totals", .word, "coalesce(task.totals, 'running')", "집계 공개", "When the count is shown."),
      Column("ruleHash", .text, "task.rule_hash", "규칙 해시", "SHA-256 of the rule."),
      Column("opensAt", .time, "task.opens_at", "투표 시작 예정", "When it opens by its rule."),
      Column(
        "closesAt", .time, "coalesce(task.ends_at, task.closes_at)", "투표 마감 예정",
        "When it closes, after all changes."),
      Column("openedAt", .time, "task.opened_at", "투표 시작", "When it was opened."),
      Column("pausedAt", .time, "task.paused_at", "일시 중단 시각", "Since when it is paused."),
      Column("crossedAt", .time, "task.crossed_at", "기준 초과 시각", "When the bar was exceeded last."),
      Column("closedAt", .time, "task.closed_at", "투표 종료", "When it closed."),
      Column("yes", .integer, .shownYes, "찬성", "Yes votes; absent while the rule hides them."),
      Column("no", .integer, .shownNo, "반대", "No votes; absent while the rule hides them."),
      Column(
        "carried", .boolean, "coalesce(task.amended_carried, task.carried)", "가결 여부",
        "Whether the task goes to the Committee."),
    ],
    filters: [.word("state", of: votePhases, in: .votePhase), byCategory, byHolder])

  static let tallies = Dataset(
    "tallies", korean: "투표의 집계. 규칙이 숨기는 동안의 집계는 없습니다.",
    english: "The counts of votes; none as long as its rule hides it.",
    rows: """
      task WHERE task.is_public AND NOT task.tally_hidden
        AND coalesce(task.amended_at, task.closed_at, task.counted_at) IS NOT NULL
      """,
    time: "coalesce(task.amended_at, task.closed_at, task.counted_at)", key: .id("task.proposal"),
    columns: [
      Column("task", .id, "task.proposal", "과제", "The task that is voted on."),
      Column("yes", .integer, .shownYes, "찬성", "Yes votes."),
      Column("no", .integer, .shownNo, "반대", "No votes."),
      Column("yesBar", .integer, "task.yes_bar", "회부 기준", "The number of yes votes that must be exceeded."),
      Column("version", .integer, "task.tally_version", "집계의 판", "Grows with every change of the count."),
      Column("final", .boolean, "task.closed_at IS NOT NULL", "최종 여부", "Whether the vote has closed."),
      Column(
        "countedAt", .time, "coalesce(task.amended_at, task.closed_at, task.counted_at)", "집계 시각",
        "When the last change was counted."),
    ],
    filters: [.word("state", of: votePhases, in: .votePhase), byCategory, byHolder])
}

extension Hold {
  /// Everybody who can have a task.
  static let holders =
    [author, voters, supportUnit, committee, Holder.strategyMeeting.name] + Ministry.all.map(\.slug)
}

extension DatasetFilter {
  /// Tasks that somebody has at this moment.
  static func word(_ name: String, of words: [String], asRows task: Query) -> DatasetFilter {
    DatasetFilter(name, words: words) { text throws(Problem) in
      guard words.contains(text) else {
        throw .badRequest("\(name) must be one of \(words.joined(separator: ", ")).")
      }
      return """
        EXISTS (SELECT FROM hold WHERE hold.proposal = \(fragment: task) AND hold.until IS NULL AND hold.holder = \(text))
        """
    }
  }
}

extension Query {
  static let votePhase: Query = """
    CASE WHEN task.closed_at IS NOT NULL THEN 'closed' WHEN task.opened_at IS NOT NULL THEN 'open' ELSE 'planned' END
    """
  static let shownYes: Query = """
    CASE WHEN NOT task.tally_hidden THEN coalesce(task.amended_yes, task.closed_yes, task.yes) END
    """
  static let shownNo: Query = """
    CASE WHEN NOT task.tally_hidden THEN coalesce(task.amended_no, task.closed_no, task.no) END
    """
}
