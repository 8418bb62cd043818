import Contracts
import FoundationEssentials
import Postgres

extension Period {
  /// Whether a time is in it.
  func contains(_ time: Query) -> Query {
    let since: Query = self.since.map { "\(fragment: time) >= \($0)" } ?? "true"
    let until: Query = self.until.map { "\(fragment: time) < \($0)" } ?? "true"
    return "\(fragment: time) IS NOT NULL AND \(fragment: since) AND \(fragment: until)"
  }
}

extension Occurrence.Kind {
  /// An answer that gives reasons.
  static let feedback: [Self] = [
    .returned, .rejected, .upheld, .overturned, .merged, .selected, .decided, .concluded, .answered, .discontinued,
  ]

  /// The stages that an idea can reach.
  static let stages: [(stage: String, kinds: [Self])] = [
    ("accepted", [.accepted, .overturned]), ("selected", [.selected]), ("voted-on", [.opened]),
    ("committee", [.received]), ("strategy-meeting", [.toMeeting]), ("ministry", [.assigned]),
    ("answered", [.answered]), ("completed", [.completed]),
  ]
}

extension Indicator {
  /// Rows of what it is broken down by, of which, and the value.
  /// - Parameter now: what was due until then is late.
  func query(in period: Period, at now: Date) -> Query {
    switch self {
    case .proposalsSubmitted:
      return """
        SELECT CASE WHEN GROUPING(category) = 0 THEN 'category' END, category, count(*)::float8
        FROM task WHERE is_public AND \(fragment: period.contains("submitted_at"))
        GROUP BY GROUPING SETS ((), (category))
        """
    case .participants:
      return """
        SELECT CASE WHEN GROUPING(part) = 0 THEN 'part' END, part, count(DISTINCT citizen)::float8
        FROM participant WHERE \(fragment: period.contains("at")) GROUP BY GROUPING SETS ((), (part))
        """
    case .ballotsCounted:
      return """
        SELECT NULL, NULL, coalesce(sum(coalesce(amended_yes, closed_yes) + coalesce(amended_no, closed_no)), 0)::float8
        FROM task WHERE is_public AND \(fragment: period.contains("closed_at"))
        """
    case .feedbackGiven: return Self.reached(Occurrence.Kind.feedback, in: period)
    case .ideasDiscussed: return Self.reached([.accepted, .overturned], in: period)
    case .ideasByStage:
      let stages = Occurrence.Kind.stages.flatMap { stage in stage.kinds.map { (stage.stage, $0.rawValue) } }
      return """
        SELECT 'stage', stage, count(DISTINCT history.proposal)::float8
        FROM unnest(\(stages.map(\.0)), \(stages.map(\.1))) AS reached (stage, kind)
        JOIN history USING (kind) JOIN task ON task.proposal = history.proposal AND task.is_public
        WHERE \(fragment: period.contains("history.at")) GROUP BY stage
        """
    case .ideasByMinistry:
      return """
        SELECT 'ministry', code, count(DISTINCT history.proposal)::float8
        FROM history JOIN task ON task.proposal = history.proposal AND task.is_public
        WHERE kind = 'assigned' AND \(fragment: period.contains("history.at")) GROUP BY code
        """
    case .answeredInTime:
      // Who ended before the due date has answered then, unless it was taken away: nobody can tell then. Who has not
      // answered is late from the due date on, whatever happens later; of a hand-over that goes on in several holds the
      // first that was late decides, otherwise the last.
      let (late, judgedAt): (Query, Query) = ("coalesce(until, \(now)) > hold.due_at", "least(until, due_at)")
      return """
        WITH judged AS (
          SELECT DISTINCT ON (hold.proposal, hand_over) step, hold.holder, until, hold.due_at, taken_away,
            \(fragment: late) AS late
          FROM hold JOIN task ON task.proposal = hold.proposal AND task.is_public
          WHERE hold.due_at IS NOT NULL AND step <> 'vote'
          ORDER BY hold.proposal, hand_over, late DESC, CASE WHEN \(fragment: late) THEN number ELSE -number END)
        SELECT CASE WHEN GROUPING(step) = 0 THEN 'stage' WHEN GROUPING(holder) = 0 THEN 'office' END,
          CASE WHEN GROUPING(step) = 0 THEN step ELSE holder END,
          round(100.0 * count(*) FILTER (WHERE NOT late) / count(*), 1)::float8
        FROM judged WHERE (late OR NOT taken_away) AND \(fragment: judgedAt) <= \(now) AND \(fragment: period.contains(judgedAt))
        GROUP BY GROUPING SETS ((), (step), (holder)) HAVING count(*) > 0
        """
    case .daysOfStage:
      // A hand-over that goes on in several holds took the days of all of them.
      return """
        WITH ended AS (
          SELECT step, extract(epoch FROM sum(until - since))::float8 / 86400 AS days, max(until) AS until
          FROM hold JOIN task ON task.proposal = hold.proposal AND task.is_public
          GROUP BY hold.proposal, hand_over, step
          HAVING bool_and(until IS NOT NULL) AND NOT (array_agg(taken_away ORDER BY number DESC))[1])
        SELECT 'stage', step, round((percentile_cont(0.5) WITHIN GROUP (ORDER BY days))::numeric, 1)::float8
        FROM ended WHERE \(fragment: period.contains("until")) GROUP BY step
        """
    case .ratings:
      return """
        WITH last AS (
          SELECT DISTINCT ON (proposal, rated, ministry) data->>'rated' AS rated, data->>'ministry' AS ministry,
            data->'distribution' AS distribution
          FROM case_record JOIN task USING (proposal)
          WHERE is_public AND type = \(CaseRatingsCounted.type) AND \(fragment: period.contains("case_record.at"))
          ORDER BY proposal, rated, ministry, sequence DESC)
        SELECT CASE WHEN GROUPING(rated) = 0 THEN 'result' WHEN GROUPING(ministry) = 0 THEN 'ministry' END,
          CASE WHEN GROUPING(rated) = 0 THEN rated ELSE ministry END,
          round(sum(score * number::bigint) / sum(number::bigint), 2)::float8
        FROM last CROSS JOIN jsonb_array_elements_text(distribution) WITH ORDINALITY AS given (number, score)
        GROUP BY GROUPING SETS ((), (rated), (ministry)) HAVING sum(number::bigint) > 0
        """
    }
  }

  /// Proposals to which one of some things happened.
  private static func reached(_ kinds: [Occurrence.Kind], in period: Period) -> Query {
    """
    SELECT NULL, NULL, count(DISTINCT history.proposal)::float8
    FROM history JOIN task ON task.proposal = history.proposal AND task.is_public
    WHERE kind = ANY(\(kinds.map(\.rawValue))) AND \(fragment: period.contains("history.at"))
    """
  }
}

extension Database {
  /// All indicators in their order, each with the whole first.
  func figures(in period: Period, at now: Date) async throws -> [(Indicator, [Figure])] {
    var all: [(Indicator, [Figure])] = []
    for indicator in Indicator.allCases {
      let figures = try await query(indicator.query(in: period, at: now)).map { row in
        Figure(by: try row[0] as String?, of: try row[1] as String?, value: try row[2])
      }
      all.append((indicator, figures.sorted { ($0.by ?? "", $0.of ?? "") < ($1.by ?? "", $1.of ?? "") }))
    }
    return all
  }

  /// The year in Korea in which the first proposal was handed in; nil while there is none.
  func firstYear() async throws -> Int? {
    try await one(
      "SELECT extract(year FROM min(submitted_at) AT TIME ZONE 'Asia/Seoul')::int AS year FROM task WHERE is_public"
    )?["year"]
  }
}
