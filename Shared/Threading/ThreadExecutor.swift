import Glibc

/// An executor that is one thread of its own, for C libraries that block or that belong to one thread.
///
/// Jobs run in the order in which they arrive. Used as an actor's serial executor, actor isolation is exactly the
/// "one thread at a time" that libpq and librdkafka's consumer ask for; blocking here never starves the cooperative pool.
public final class ThreadExecutor: SerialExecutor, TaskExecutor, @unchecked Sendable {
  private struct State {
    var jobs: [UnownedJob] = []
    var stopping = false
  }

  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var state = State()

  /// Starts the thread.
  /// - Parameter name: shown by `ps -L` and debuggers; the kernel keeps the first 15 bytes.
  public init(name: String) {
    pthread_mutex_init(lock, nil)
    pthread_cond_init(condition, nil)
    startThread(name: name) { [self] in run() }
  }

  deinit {
    pthread_mutex_destroy(lock)
    pthread_cond_destroy(condition)
    lock.deallocate()
    condition.deallocate()
  }

  /// Puts a job behind those that wait; from any thread.
  public func enqueue(_ job: consuming ExecutorJob) {
    let unowned = UnownedJob(job)
    pthread_mutex_lock(lock)
    state.jobs.append(unowned)
    pthread_cond_signal(condition)
    pthread_mutex_unlock(lock)
  }

  /// Ends the thread after the jobs that are queued; nothing may be enqueued afterwards.
  public func stop() {
    pthread_mutex_lock(lock)
    state.stopping = true
    pthread_cond_signal(condition)
    pthread_mutex_unlock(lock)
  }

  private func run() {
    while true {
      pthread_mutex_lock(lock)
      while state.jobs.isEmpty && !state.stopping { pthread_cond_wait(condition, lock) }
      let jobs = state.jobs
      state.jobs.removeAll(keepingCapacity: true)
      pthread_mutex_unlock(lock)
      if jobs.isEmpty { return }
      for job in jobs {
        job.runSynchronously(isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
      }
    }
  }
}

/// Runs `body` on a new detached thread with `name` (first 15 bytes).
public func startThread(name: String, _ body: @escaping @Sendable () -> Void) {
  final class Body {
    let name: String
    let run: @Sendable () -> Void
    init(_ name: String, _ run: @escaping @Sendable () -> Void) {
      self.name = name
      self.run = run
    }
  }
  var thread = pthread_t()
  let argument = Unmanaged.passRetained(Body(name, body))
  let status = pthread_create(
    &thread, nil,
    { argument in
      guard let argument else { return nil }
      let body = Unmanaged<Body>.fromOpaque(argument).takeRetainedValue()
      nameThisThread(body.name)
      body.run()
      return nil
    }, argument.toOpaque())
  guard status == 0 else {
    argument.release()
    fatalError("pthread_create: \(String(cString: strerror(status)))")  // out of threads: nothing can go on
  }
  pthread_detach(thread)
}

private func nameThisThread(_ name: String) {
  let file = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
  guard file >= 0 else { return }
  _ = write(file, name, min(name.utf8.count, 15))
  close(file)
}
