import Synchronization

/// Counts what is under way in a producer, limits it, and tells when the handle may be destroyed.
///
/// One word holds three things, so that they change together: records in flight (low 32 bits), calls that are inside
/// the library at this moment (bits 32 to 61; a record may be reported before the call that produced it has returned),
/// and whether the producer is closed (bit 62).
final class DeliveryGate: Sendable {
  private static let record = 1
  private static let call = 1 << 32
  private static let closed = 1 << 62

  private let state = Atomic<Int>(0)
  private let limit: Int

  init(limit: Int) {
    self.limit = limit
  }

  var inFlight: Int { state.load(ordering: .relaxed) & (Self.call - 1) }

  /// Whether nothing is under way; meaningful once closed.
  var isDrained: Bool { state.load(ordering: .acquiring) & ~Self.closed == 0 }

  /// Lets one record in; `endCall` and `delivered` must follow, each once.
  func enter() throws(KafkaError) {
    let before = state.wrappingAdd(Self.call + Self.record, ordering: .acquiringAndReleasing).oldValue
    if before & Self.closed == 0 && before & (Self.call - 1) < limit { return }
    state.wrappingSubtract(Self.call + Self.record, ordering: .releasing)
    throw before & Self.closed != 0
      ? .closed : KafkaError(code: .queueFull, reason: "\(limit) records are in flight already")
  }

  /// Lets in a call that sends nothing; `endCall` must follow.
  func beginCall() throws(KafkaError) {
    let before = state.wrappingAdd(Self.call, ordering: .acquiringAndReleasing).oldValue
    if before & Self.closed == 0 { return }
    endCall()
    throw .closed
  }

  func endCall() {
    state.wrappingSubtract(Self.call, ordering: .releasing)
  }

  func delivered() {
    state.wrappingSubtract(Self.record, ordering: .releasing)
  }

  func close() {
    state.bitwiseOr(Self.closed, ordering: .acquiringAndReleasing)
  }
}

/// Somebody who waits for the fate of one record; told exactly once.
///
/// A class, because a retained reference travels through the library as the message's opaque pointer.
class DeliveryWaiter: @unchecked Sendable {
  func finish(_ result: Result<Delivery, KafkaError>) {}
}

final class SingleWaiter: DeliveryWaiter, @unchecked Sendable {
  private let continuation: UnsafeContinuation<Result<Delivery, KafkaError>, Never>

  init(_ continuation: UnsafeContinuation<Result<Delivery, KafkaError>, Never>) {
    self.continuation = continuation
  }

  override func finish(_ result: Result<Delivery, KafkaError>) {
    continuation.resume(returning: result)
  }
}

/// The results of one batch; resumes its sender when the last has come.
final class BatchWaiters: Sendable {
  private struct State {
    var results: [Result<Delivery, KafkaError>]
    var missing: Int
  }

  private let state: Mutex<State>
  private let continuation: UnsafeContinuation<[Result<Delivery, KafkaError>], Never>

  init(count: Int, _ continuation: UnsafeContinuation<[Result<Delivery, KafkaError>], Never>) {
    state = Mutex(State(results: Array(repeating: .failure(.closed), count: count), missing: count))
    self.continuation = continuation
  }

  func finish(_ index: Int, _ result: Result<Delivery, KafkaError>) {
    let complete: [Result<Delivery, KafkaError>]? = state.withLock { state in
      state.results[index] = result
      state.missing -= 1
      return state.missing == 0 ? state.results : nil
    }
    if let complete { continuation.resume(returning: complete) }
  }
}

final class BatchWaiter: DeliveryWaiter, @unchecked Sendable {
  private let batch: BatchWaiters
  private let index: Int

  init(_ batch: BatchWaiters, _ index: Int) {
    self.batch = batch
    self.index = index
  }

  override func finish(_ result: Result<Delivery, KafkaError>) {
    batch.finish(index, result)
  }
}
