import Contracts

/// What a run prints at its end.
struct LoadReport: Sendable {
  let options: LoadOptions
  let result: LoadResult
  let verdict: LoadVerdict

  private var counts: LoadCounts { result.counts }

  /// What makes the exit code 1.
  var disagreements: [String] {
    (counts.hostileTaken > 0 ? ["\(counts.hostileTaken) hostile requests were answered 2xx"] : [])
      + (counts.other > 0 ? ["\(counts.other) ballots were answered neither 202 nor 4xx nor 5xx"] : [])
      + verdict.lines
  }

  private var all: LatencyHistogram {
    result.accepted.reduce(into: LatencyHistogram()) { $0.add($1) }
  }

  private var requests: Int { counts.sent + counts.hostile }
  private var rate: Double { result.seconds > 0 ? Double(counts.accepted) / result.seconds : 0 }
  private var processorMicroseconds: Double {
    requests > 0 ? result.processorSeconds * 1e6 / Double(requests) : 0
  }

  var text: String {
    var rows: [(String, String)] = [
      ("ballots sent", "\(counts.sent)"), ("202", "\(counts.accepted)"), ("4xx", "\(counts.clientErrors)"),
      ("5xx", "\(counts.serverErrors)"), ("unknown", "\(counts.unknown)"),
    ]
    if counts.unsent > 0 { rows.append(("not sent for want of a connection", "\(counts.unsent)")) }
    if counts.hostile > 0 {
      rows.append(("hostile requests", "\(counts.hostile), of which \(counts.hostileRefused) refused by 4xx"))
    }
    rows.append(("202 a second", "\(Int(rate))"))
    for (name, share) in [("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("max", 1)] {
      rows.append(("\(name) of the 202, when due to answer", shown(all.percentile(share))))
    }
    if result.accepted.count > 1 {
      for (phase, histogram) in zip(options.profile.phases, result.accepted) {
        rows.append(
          (
            "  at \(Int(phase.rate))/s for \(tenths(phase.seconds)) s",
            "\(histogram.total) accepted, p50 \(shown(histogram.percentile(0.5))), p99 \(shown(histogram.percentile(0.99)))"
          ))
      }
    }
    rows += [
      ("processor a request, here", "\(tenths(processorMicroseconds)) us"),
      ("voters with a 202", "\(verdict.voters)"),
      ("count caught up after", "\(tenths(verdict.caughtUpAfter)) s"),
      ("lost", "\(verdict.lost)"), ("double", "\(verdict.double)"),
      ("checked by", verdict.isAsked ? "tallies, and each receipt" : "tallies and receipts' places"),
      ("seed", "\(options.seed)"),
    ]
    let width = (rows.map { $0.0.count }.max() ?? 0) + 2
    let table = rows.map { $0.0 + String(repeating: " ", count: width - $0.0.count) + $0.1 + "\n" }.joined()
    return table + "\n"
      + (disagreements.isEmpty ? "every 202 is in the count, once" : disagreements.joined(separator: "\n"))
  }

  private func shown(_ microseconds: Int?) -> String { microseconds.map { "\(milliseconds($0)) ms" } ?? "-" }
  private func tenths(_ value: Double) -> Double { (value * 10).rounded() / 10 }

  /// For other programs: these keys and no others. Times in milliseconds unless their name says otherwise.
  struct Document: Encodable {
    struct Latency: Encodable {
      let p50: Double?
      let p95: Double?
      let p99: Double?
      let max: Double?

      init(_ histogram: LatencyHistogram) {
        func value(_ share: Double) -> Double? { histogram.percentile(share).map { Double($0) / 1_000 } }
        p50 = value(0.5)
        p95 = value(0.95)
        p99 = value(0.99)
        max = value(1)
      }
    }
    struct Phase: Encodable {
      let rate: Double
      let seconds: Double
      let accepted: Int
      let latency: Latency
    }
    struct Hostile: Encodable {
      let sent: Int
      let refused: Int
      let taken: Int
    }
    let sent: Int
    let accepted: Int
    let clientErrors: Int
    let serverErrors: Int
    let unknown: Int
    let unsent: Int
    let other: Int
    let hostile: Hostile
    let seconds: Double
    let acceptedPerSecond: Double
    let latency: Latency
    let latencyOfAll: Latency
    let phases: [Phase]
    let processorMicroseconds: Double
    let voters: Int
    let caughtUpSeconds: Double
    let lost: Int
    let double: Int
    let disagreements: [String]
    let seed: UInt64

    enum CodingKeys: String, CodingKey {
      case sent, accepted, clientErrors = "client_errors", serverErrors = "server_errors", unknown, unsent, other
      case hostile, seconds, acceptedPerSecond = "accepted_per_second", latency = "latency_ms"
      case latencyOfAll = "latency_of_all_ms", phases, processorMicroseconds = "processor_us_a_request", voters
      case caughtUpSeconds = "caught_up_seconds", lost, double, disagreements, seed
    }
  }

  func json() throws -> [UInt8] {
    try JSON.encode(
      Document(
        sent: counts.sent, accepted: counts.accepted, clientErrors: counts.clientErrors,
        serverErrors: counts.serverErrors, unknown: counts.unknown, unsent: counts.unsent, other: counts.other,
        hostile: Document.Hostile(sent: counts.hostile, refused: counts.hostileRefused, taken: counts.hostileTaken),
        seconds: (result.seconds * 1000).rounded() / 1000, acceptedPerSecond: tenths(rate),
        latency: Document.Latency(all), latencyOfAll: Document.Latency(result.answered),
        phases: zip(options.profile.phases, result.accepted).map {
          Document.Phase(rate: $0.rate, seconds: $0.seconds, accepted: $1.total, latency: Document.Latency($1))
        },
        processorMicroseconds: tenths(processorMicroseconds), voters: verdict.voters,
        caughtUpSeconds: tenths(verdict.caughtUpAfter), lost: verdict.lost, double: verdict.double,
        disagreements: disagreements, seed: options.seed))
  }
}
