import HTTPServer
import Synchronization

/// Whether the service can do its work: what `/readyz` says.
public final class Health: Sendable {
  private struct State {
    var draining = false
    /// Reasons by part; a part without a reason is well.
    var faults: [String: String] = [:]
  }

  private let state = Mutex(State())

  /// Well, until a fault is reported.
  public init() {}

  /// Says how `part` is: nil well, otherwise why not.
  public func report(_ part: String, fault: String?) { state.withLock { $0.faults[part] = fault } }

  func drain() { state.withLock { $0.draining = true } }

  /// What keeps the service from being ready; empty: nothing.
  public var faults: [String: String] {
    state.withLock { state in
      state.draining ? state.faults.merging(["service": "shutting down"]) { $1 } : state.faults
    }
  }

  var response: HTTPResponse {
    let faults = faults
    if faults.isEmpty { return .text("ok\n") }
    return .text(faults.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)\n" }.joined(), status: 503)
  }
}
