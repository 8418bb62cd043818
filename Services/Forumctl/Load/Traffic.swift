/// What became of a request.
enum Fate {
  /// A whole response came.
  case answered(status: Int, body: [UInt8])
  /// It was sent, at least in part, and no whole response came: it may have been taken or not.
  case unknown
  /// Not a byte of it was sent.
  case unsent
}

/// What a `LoadLoop` sends, and who hears what came of it; called on the loop's thread alone.
protocol Traffic: AnyObject {
  /// A request under way.
  associatedtype Ticket
  /// When the next request is due, in nanoseconds from the start; nil: there are no more.
  var nextDue: Int64? { get }
  /// Takes the next request and appends its bytes.
  func take(into bytes: inout [UInt8]) -> Ticket
  /// Whether the connection cannot be used after this request.
  func breaksConnection(_ ticket: Ticket) -> Bool
  /// - Parameter time: nanoseconds from the start.
  func finish(_ ticket: Ticket, _ fate: Fate, at time: Int64)
  /// About ten times a second.
  func tick(at time: Int64)
}

extension Traffic {
  func breaksConnection(_ ticket: Ticket) -> Bool { false }
  func tick(at time: Int64) {}
}
