/// A change of an open vote's schedule, as control records tell it to every partition of the ballots' log.
public struct ScheduleChange: Sendable, Equatable {
  /// What is changed; the raw value is that of the record's byte 50.
  public enum Kind: UInt8, Sendable, CaseIterable {
    /// No ballots from a moment on.
    case pause = 3
    /// Ballots again; the closing time has grown by the paused time.
    case resumption = 4
    /// A later closing time.
    case `extension` = 5
  }

  /// What is changed.
  public let kind: Kind
  /// The changes of a vote are numbered from 1 on without a gap, so that each partition knows which it has passed.
  public let number: Int64
  /// Milliseconds since 1970: ballots accepted then or later do not count from this change on.
  public let closesAt: Int64

  /// A change that is about to be written.
  public init(_ kind: Kind, number: Int64, closesAt: Int64) {
    self.kind = kind
    self.number = number
    self.closesAt = closesAt
  }

  /// Reads what a record says that was read as a change of this kind.
  public init(_ kind: Kind, in record: [UInt8]) {
    func number(at place: Int) -> Int64 {
      Int64(bitPattern: record.dropFirst(place).prefix(8).reduce(0) { $0 << 8 | UInt64($1) })
    }
    self.init(kind, number: number(at: 59), closesAt: number(at: 51))
  }

  /// Bytes 51 to 66 of the record.
  var bytes: [UInt8] {
    [closesAt, number].flatMap { value in withUnsafeBytes(of: value.bigEndian) { Array($0) } }
  }
}
