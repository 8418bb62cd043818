internal import Synchronization

/// Lends sessions, in the order in which they are asked for.
final class Pool: Sendable {
  private struct Waiter {
    let number: Int
    let continuation: CheckedContinuation<Session, any Error>
    let timer: Task<Void, Never>
  }

  private struct State {
    var idle: [Session] = []
    var inUse = 0
    var waiting: [Waiter] = []
    var numbers = 0
    var isClosed = false
  }

  private let maximum: Int
  private let patience: Duration
  private let make: @Sendable () -> Session
  private let state = Mutex(State())

  init(maximum: Int, patience: Duration, make: @escaping @Sendable () -> Session) {
    precondition(maximum > 0, "a pool without connections serves nobody")
    self.maximum = maximum
    self.patience = patience
    self.make = make
  }

  var inUse: Int { state.withLock { $0.inUse } }

  var waiting: Int { state.withLock { $0.waiting.count } }

  /// Lends a session for the time of `body`.
  func withSession<R>(_ body: (Session) async throws -> R) async throws -> R {
    let session = try await take()
    defer { giveBack(session) }
    return try await body(session)
  }

  private func take() async throws -> Session {
    if let session = try state.withLock({ try takeFree(&$0) }) { return session }
    let number = state.withLock { state in
      state.numbers += 1
      return state.numbers
    }
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in wait(number, continuation) }
    } onCancel: {
      refuse(number, CancellationError())
    }
  }

  /// A session without waiting. While others wait nothing is free, so that nobody is overtaken.
  private func takeFree(_ state: inout sending State) throws(PostgresError) -> Session? {
    guard !state.isClosed else { throw .closed }
    if let session = state.idle.popLast() {  // the one used last: its statements are warm, and spares stay unconnected
      state.inUse += 1
      return session
    }
    guard state.inUse < maximum else { return nil }
    state.inUse += 1
    return make()
  }

  private func wait(_ number: Int, _ continuation: CheckedContinuation<Session, any Error>) {
    let outcome: Result<Session, any Error>? = state.withLock { state in
      // Looked at under the lock: a cancellation from here on finds the waiter in the list.
      if Task.isCancelled { return .failure(CancellationError()) }
      do {
        if let session = try takeFree(&state) { return .success(session) }
      } catch { return .failure(error) }
      let timer = Task { [patience] in
        guard (try? await Task.sleep(for: patience)) != nil else { return }
        self.refuse(number, PostgresError.poolExhausted)
      }
      state.waiting.append(Waiter(number: number, continuation: continuation, timer: timer))
      return nil
    }
    if let outcome { continuation.resume(with: outcome) }
  }

  private func refuse(_ number: Int, _ error: any Error) {
    let waiter = state.withLock { state in
      state.waiting.firstIndex { $0.number == number }.map { state.waiting.remove(at: $0) }
    }
    waiter?.timer.cancel()
    waiter?.continuation.resume(throwing: error)
  }

  private func giveBack(_ session: Session) {
    let next: Waiter? = state.withLock { state in
      if !state.waiting.isEmpty { return state.waiting.removeFirst() }
      state.inUse -= 1
      if !state.isClosed { state.idle.append(session) }  // otherwise it goes with its last reference
      return nil
    }
    next?.timer.cancel()
    next?.continuation.resume(returning: session)
  }

  /// Refuses whoever waits and comes from now on; what is lent is closed when it comes back.
  func close() async {
    let (idle, waiting) = state.withLock { state in
      defer { (state.idle, state.waiting) = ([], []) }
      state.isClosed = true
      return (state.idle, state.waiting)
    }
    for waiter in waiting {
      waiter.timer.cancel()
      waiter.continuation.resume(throwing: PostgresError.closed)
    }
    for session in idle { await session.close() }
  }
}
