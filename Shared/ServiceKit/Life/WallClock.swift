import Contracts
public import FoundationEssentials

/// The time of day, injected so that tests can move it.
public struct WallClock: Sendable {
  private let read: @Sendable () -> Date

  /// A clock that shows whatever `read` returns.
  public init(_ read: @escaping @Sendable () -> Date) { self.read = read }

  /// The machine's clock, cut to milliseconds.
  public static let system = WallClock { Date().wholeMilliseconds }

  /// The time of day.
  public var now: Date { read() }
}
