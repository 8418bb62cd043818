import Contracts

/// What a fill wrote, and what must come of it.
struct FillReport: Sendable {
  let proposals: [ProposalID]
  let result: Filling.Result
  /// Opening records, one a vote and partition.
  let controls: Int
  /// From the first ballot to the last acknowledgement.
  let seconds: Double
  /// Processor time of this process meanwhile.
  let processorSeconds: Double

  private var rate: Double { seconds > 0 ? Double(result.records) / seconds : 0 }

  var text: String {
    let rows: [(String, String)] = [
      ("votes", "\(proposals.count)"), ("opening records", "\(controls)"), ("records", "\(result.records)"),
      ("  to be counted", "\(result.firsts)"), ("  duplicates", "\(result.again)"),
      ("  to be rejected", "\(result.foreign)"), ("seconds", "\((seconds * 100).rounded() / 100)"),
      ("records a second", "\(Int(rate))"), ("processor seconds", "\((processorSeconds * 100).rounded() / 100)"),
    ]
    let width = (rows.map { $0.0.count }.max() ?? 0) + 2
    return rows.map { $0.0 + String(repeating: " ", count: width - $0.0.count) + $0.1 }.joined(separator: "\n")
  }

  /// A line a vote: proposal, yes, no; in the order of the proposals' bytes.
  var truth: String {
    proposals.indices.map { "\(proposals[$0])\t\(result.yes[$0])\t\(result.no[$0])\n" }.sorted().joined()
  }

  /// For other programs: these keys and no others.
  struct Document: Encodable {
    let votes: Int
    let controls: Int
    let records: Int
    let counted: Int
    let duplicate: Int
    let rejected: Int
    let seconds: Double
    let processorSeconds: Double
    let recordsPerSecond: Double

    enum CodingKeys: String, CodingKey {
      case votes, controls, records, counted, duplicate, rejected, seconds, processorSeconds = "processor_seconds"
      case recordsPerSecond = "records_per_second"
    }
  }

  func json() throws -> [UInt8] {
    try JSON.encode(
      Document(
        votes: proposals.count, controls: controls, records: result.records, counted: result.firsts,
        duplicate: result.again, rejected: result.foreign, seconds: (seconds * 1000).rounded() / 1000,
        processorSeconds: (processorSeconds * 1000).rounded() / 1000, recordsPerSecond: rate.rounded()))
  }
}
