import Contracts

/// What a replay prints at its end.
struct Report: Sendable {
  let checking: Checking
  /// Milliseconds, sorted.
  let delays: [Double]

  private var plan: Plan { checking.plan }
  private var cast: CastFigures { checking.cast }

  /// Cases by the ministry in charge, in the order of the ministries.
  var ministries: [(slug: String, cases: Int)] {
    let counts = Dictionary(grouping: checking.outcome.cases.compactMap(\.ministry)) { $0 }.mapValues(\.count)
    return Ministry.all.compactMap { ministry in counts[ministry.slug].map { (ministry.slug, $0) } }
  }

  /// The table, and the verdict below it.
  var text: String {
    let figures = checking.figures
    let outcome = checking.outcome
    let rejected = plan.expectations.count { $0.isRejected }
    var rows: [(String, String)] = [
      ("proposals", "\(plan.expectations.count)"),
      ("reviewed: accepted", "\(plan.expectations.count - rejected)"), ("reviewed: rejected", "\(rejected)"),
      ("ballots sent", "\(cast.sent)"), ("ballots accepted", "\(cast.accepted)"),
      ("ballots counted", "\(figures.counted)"), ("duplicates refused", "\(figures.duplicates)"),
      ("ballots rejected", "\(figures.rejected)"), ("ballots lost", "\(figures.lost)"),
    ]
    if cast.unknownAttempts > 0 {
      rows.append(("attempts without answer", "\(cast.unknownAttempts), of which \(figures.resent) were in the log"))
    }
    rows.append(("referred", "\(outcome.cases.count)"))
    for ministry in ministries { rows.append(("  to \(ministry.slug)", "\(ministry.cases)")) }
    rows += [
      ("ballots a second", "\(Int(cast.ballotsPerSecond))"),
      ("accepted to counted, p50", milliseconds(0.5)), ("accepted to counted, p99", milliseconds(0.99)),
      ("mails", outcome.mails.map { "\($0.reduce(0, +))" } ?? "not looked at (--mail-directory)"),
      ("webhooks", outcome.hooks.map { "\($0.count)" } ?? "not looked at (--no-receiver)"),
    ]
    let width = (rows.map { $0.0.count }.max() ?? 0) + 2
    let table = rows.map { $0.0 + String(repeating: " ", count: width - $0.0.count) + $0.1 + "\n" }.joined()
    let disagreements = checking.disagreements
    return table + "\n"
      + (disagreements.isEmpty ? "every figure agrees with the input" : disagreements.joined(separator: "\n"))
  }

  private func milliseconds(_ share: Double) -> String {
    Probing.percentile(delays, share).map { "\(Int($0.rounded())) ms" } ?? "not measured"
  }

  /// For other programs: these keys and no others.
  struct Document: Encodable {
    struct Ballots: Encodable {
      let sent: Int
      let accepted: Int
      let counted: Int
      let duplicates: Int
      let rejected: Int
    }
    struct Delay: Encodable {
      let p50: Double
      let p99: Double
    }
    enum CodingKeys: String, CodingKey {
      case proposals, ballots, lost, referred, ballotsPerSecond = "ballots_per_second", delay = "delay_ms"
    }
    let proposals: Int
    let ballots: Ballots
    let lost: Int
    let referred: Int
    let ballotsPerSecond: Double
    let delay: Delay
  }

  func json() throws -> [UInt8] {
    let figures = checking.figures
    return try JSON.encode(
      Document(
        proposals: plan.expectations.count,
        ballots: Document.Ballots(
          sent: cast.sent, accepted: cast.accepted, counted: figures.counted, duplicates: figures.duplicates,
          rejected: figures.rejected),
        lost: figures.lost, referred: checking.outcome.cases.count,
        ballotsPerSecond: tenths(cast.ballotsPerSecond),
        delay: Document.Delay(
          p50: tenths(Probing.percentile(delays, 0.5) ?? 0), p99: tenths(Probing.percentile(delays, 0.99) ?? 0))))
  }

  private func tenths(_ value: Double) -> Double { (value * 10).rounded() / 10 }
}
