import CLibevent
import Glibc
import Synchronization

/// One thread that runs libevent's loop and, as a task executor, the handlers of its connections.
///
/// All of libevent, and every `Connection`, is touched on this thread only; that is what makes `@unchecked Sendable` true.
/// The rest of the state is behind `queue` or atomic.
final class Loop: TaskExecutor, @unchecked Sendable {
  private enum Work {
    case job(UnownedJob)
    case call(@Sendable () -> Void)
  }

  private struct Queue {
    var work: [Work] = []
    var isAwake = false
    var isStopped = false
  }

  let base: OpaquePointer
  let connections: Connections
  private let wakeup: Int32
  private var wakeEvent: OpaquePointer?  // set once, in init
  private let queue = Mutex(Queue())
  private let thread = Atomic<UInt>(0)

  /// Takes over `socket`, a bound socket, and listens on it.
  init(socket: Int32, server: ServerState) throws(HTTPServerError) {
    let settings = event_config_new()
    defer { event_config_free(settings) }
    // evhttp turns reading and writing on and off all the time; this way the kernel hears of the outcome only.
    event_config_set_flag(settings, Int32(EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST.rawValue))
    guard let base = event_base_new_with_config(settings) else { throw .outOfResources("no event loop") }
    self.base = base
    wakeup = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
    connections = try Connections(base: base, socket: socket, server: server)
    wakeEvent = event_new(
      base, wakeup, Int16(EV_READ) | Int16(EV_PERSIST), { _, _, loop in Loop.from(loop)?.runQueue() },
      Unmanaged.passUnretained(self).toOpaque())
    guard wakeup >= 0, event_add(wakeEvent, nil) == 0 else { throw .outOfResources("no descriptor to wake the loop") }
    connections.open(on: self)
  }

  /// Starts the thread, which keeps the loop alive until `stop`.
  func start() throws(HTTPServerError) {
    var id = pthread_t()
    let me = Unmanaged.passRetained(self)
    let status = pthread_create(
      &id, nil,
      { loop in
        guard let loop else { return nil }
        Unmanaged<Loop>.fromOpaque(loop).takeRetainedValue().run()
        return nil
      }, me.toOpaque())
    guard status == 0 else {
      me.release()
      throw .outOfResources("no thread")
    }
    pthread_detach(id)
  }

  /// Whether the caller runs on the loop's thread.
  var isCurrent: Bool { thread.load(ordering: .relaxed) == UInt(pthread_self()) }

  /// Whether the thread has let go of all connections; nothing of libevent is left then.
  var isStopped: Bool { queue.withLock { $0.isStopped } }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    // After the end of the loop a task may still have something to finish: it does so elsewhere.
    if !push(.job(job)) { globalConcurrentExecutor.enqueue(job) }
  }

  /// Runs `body` on the loop's thread: at once if that is where the caller is, or if the loop has ended.
  func perform(_ body: @escaping @Sendable () -> Void) {
    if isCurrent || !push(.call(body)) { body() }
  }

  /// Closes the listening socket and lets streams end; on the loop's thread.
  /// - Parameter closed: called when there will be no further connection.
  func drainConnections(_ closed: @escaping @Sendable () -> Void) {
    if isStopped { closed() } else { connections.drain(closed) }
  }

  /// Closes everything and ends the thread.
  func stop() {
    perform { [self] in
      if !isStopped { event_base_loopbreak(base) }
    }
  }

  private func push(_ work: Work) -> Bool {
    let (accepted, wake) = queue.withLock { queue -> (Bool, Bool) in
      if queue.isStopped { return (false, false) }
      queue.work.append(work)
      defer { queue.isAwake = true }
      return (true, !queue.isAwake)
    }
    if wake {
      if isCurrent {
        event_active(wakeEvent, Int32(EV_TIMEOUT), 1)  // cheaper than a system call
      } else {
        eventfd_write(wakeup, 1)
      }
    }
    return accepted
  }

  private func runQueue() {
    var counter: eventfd_t = 0
    eventfd_read(wakeup, &counter)
    // What the work itself enqueues needs no wake-up; but sockets must get their turn in between.
    for _ in 0..<8 {
      let work = queue.withLock { queue -> [Work] in
        if queue.work.isEmpty { queue.isAwake = false }
        defer { queue.work = [] }
        return queue.work
      }
      if work.isEmpty { return }
      work.forEach(run)
    }
    event_active(wakeEvent, Int32(EV_TIMEOUT), 1)
  }

  private func run(_ work: Work) {
    switch work {
    case .job(let job): job.runSynchronously(on: asUnownedTaskExecutor())
    case .call(let body): body()
    }
  }

  private func run() {
    thread.store(UInt(pthread_self()), ordering: .relaxed)
    event_base_dispatch(base)
    end()
    thread.store(0, ordering: .relaxed)
  }

  /// Lets go of everything; on the loop's thread, or instead of `start`.
  func end() {
    connections.closeAll()
    let rest = queue.withLock { queue -> [Work] in
      queue.isStopped = true
      defer { queue.work = [] }
      return queue.work
    }
    rest.forEach(run)
    if let wakeEvent { event_free(wakeEvent) }
    close(wakeup)
    event_base_free(base)
  }

  private static func from(_ pointer: UnsafeMutableRawPointer?) -> Loop? {
    pointer.map { Unmanaged<Loop>.fromOpaque($0).takeUnretainedValue() }
  }
}
