import Contracts

extension BallotBatch {
  struct Control: Sendable, Equatable {
    let vote: Int32
    let action: BallotRecord.Control
    let partition: Int32
    let offset: Int64
  }

  struct Change: Sendable, Equatable {
    let vote: Int32
    let change: ScheduleChange
    /// From when on it holds, in milliseconds since 1970.
    let time: Int64
    let partition: Int32
    let offset: Int64
  }

  struct Rejected: Sendable, Equatable {
    let partition: Int32
    let offset: Int64
    let reason: String
    let key: [UInt8]
    let value: [UInt8]
  }

  struct Ruling: Sendable, Equatable {
    let vote: Int32
    let ruling: BallotRuling
    let partition: Int32
    let offset: Int64
    let key: [UInt8]
    let value: [UInt8]
  }
}

extension BallotRecord.Fields {
  /// Of a ballot, in quarantine or not; nil: it is none.
  var choice: Choice? {
    switch kind {
    case .ballot(let choice), .quarantined(let choice): choice
    case .control, .change, .ruling: nil
    }
  }

  /// Whether it is a ballot that must be released before it counts.
  var isQuarantined: Bool {
    if case .quarantined = kind { true } else { false }
  }
}
