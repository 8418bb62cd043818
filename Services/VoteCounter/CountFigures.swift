import Contracts
import FoundationEssentials
import ServiceKit

/// What was counted, for `/metrics`.
struct CountFigures: Sendable {
  private let records: Counter
  private let batches: Counter
  private let delay: Histogram

  init(_ metrics: Metrics) {
    records = metrics.counter("forum_vote_counter_records_total", "Records of the ballots' log that were counted.")
    batches = metrics.counter("forum_vote_counter_batches_total", "Transactions that counted records.")
    delay = metrics.histogram(
      "forum_vote_counter_delay_seconds", "Time from the acceptance of a batch's newest ballot to its commit.")
  }

  func add(_ batch: BallotBatch, at now: Date) {
    batches.add()
    records.add(batch.count)
    if batch.newest > 0 { delay.observe(max(0, Double(now.milliseconds - batch.newest) / 1000)) }
  }
}
