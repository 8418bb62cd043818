import CLibcurl
import Glibc
import Threading

/// What became of a transfer.
enum TransferEnd {
  /// libcurl's result.
  case done(CURLcode)
  /// Its time ran out before a connection was free for it.
  case expired
  /// Nobody waits for it any longer.
  case cancelled
  /// The loop was closed.
  case closed
}

/// One exchange. From `submit` on only the loop's thread touches it, but for the flag under the loop's lock.
class Transfer: @unchecked Sendable {
  enum Phase { case new, waiting, running, ended }

  /// On the monotonic clock.
  let deadline: ContinuousClock.Instant
  fileprivate var phase = Phase.new
  /// Guarded by the loop's lock.
  fileprivate var isCancelled = false

  init(timeout: Double) {
    deadline = .now + .milliseconds(Int64(min(max(timeout, 0.001), 86_400) * 1000))
  }

  /// Milliseconds left, at least one: to libcurl, zero means for ever.
  var remainingMilliseconds: Int {
    let left = deadline - .now
    return max(1, Int(left.components.seconds) * 1000 + Int(left.components.attoseconds / 1_000_000_000_000_000))
  }

  /// Sets the options of a handle that has none.
  func prepare(_ handle: EasyHandle) -> CURLcode { CURLE_FAILED_INIT }

  /// Called exactly once. The handle is nil if the exchange was never begun.
  func finish(_ end: TransferEnd, _ handle: EasyHandle?) {}
}

/// Runs transfers with curl_multi on one thread of its own; connections are kept open and shared between them.
final class CurlLoop: @unchecked Sendable {
  private struct Mailbox {
    var submitted: [Transfer] = []
    var cancelled: [Transfer] = []
    var isAwake = false
    var isClosing = false
  }

  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  /// Guarded by the lock.
  private var mailbox = Mailbox()

  // The rest belongs to the loop's thread.
  private let multi: UnsafeMutableRawPointer
  private let limit: Int
  private var waiting: [Transfer] = []
  /// How many of `waiting` are done with: removing from the front of an array moves all the others.
  private var waitingStart = 0
  private var running: [UnsafeMutableRawPointer: Transfer] = [:]
  private var idle: [EasyHandle] = []

  /// Static initialization is libcurl's "once, before any other thread calls".
  private static let isInitialized = curl_global_init(Int(CURL_GLOBAL_ALL)) == CURLE_OK

  /// - Parameter limit: how many transfers run at a time; the others wait.
  init(name: String, limit: Int) {
    guard Self.isInitialized, let multi = curl_multi_init() else { fatalError("libcurl cannot start") }
    self.multi = multi
    self.limit = max(1, limit)
    _ = CLibcurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, self.limit)
    pthread_mutex_init(lock, nil)
    startThread(name: name) { [self] in run() }
  }

  deinit {
    pthread_mutex_destroy(lock)
    lock.deallocate()
  }

  private func locked<Result>(_ body: (inout Mailbox) -> Result) -> Result {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    return body(&mailbox)
  }

  func submit(_ transfer: Transfer) {
    let isAccepted = locked { mailbox in
      if mailbox.isClosing { return false }
      mailbox.submitted.append(transfer)
      wake(&mailbox)
      return true
    }
    if !isAccepted { transfer.finish(.closed, nil) }
  }

  /// Ends `transfer` if it has not ended; also if it is submitted only later.
  func cancel(_ transfer: Transfer) {
    locked { mailbox in
      transfer.isCancelled = true
      if mailbox.isClosing { return }
      mailbox.cancelled.append(transfer)
      wake(&mailbox)
    }
  }

  /// Ends all transfers and the thread.
  func close() {
    locked { mailbox in
      if mailbox.isClosing { return }
      mailbox.isClosing = true
      curl_multi_wakeup(multi)
    }
  }

  /// Under the lock, because the thread frees `multi` once it has seen `isClosing` there.
  private func wake(_ mailbox: inout Mailbox) {
    if mailbox.isAwake { return }
    mailbox.isAwake = true
    curl_multi_wakeup(multi)
  }

  private func run() {
    var lastSweep = ContinuousClock.now
    while takeMail() {
      startWaiting()
      var count: Int32 = 0
      curl_multi_perform(multi, &count)
      if collect() && waitingStart < waiting.count { continue }  // a place is free: no reason to sleep
      let isQueued = waitingStart < waiting.count
      if isQueued && ContinuousClock.now - lastSweep > .milliseconds(50) {
        lastSweep = .now
        endOverdue()
      }
      curl_multi_poll(multi, nil, 0, isQueued ? 100 : 10_000, nil)
    }
    for transfer in waiting[waitingStart...] { end(transfer, .closed, nil) }
    for (pointer, transfer) in running { stop(EasyHandle(pointer), transfer, .closed) }
    for handle in idle { curl_easy_cleanup(handle.pointer) }
    curl_multi_cleanup(multi)
  }

  /// False when the loop is to end; nothing new can be submitted then.
  private func takeMail() -> Bool {
    let (submitted, cancelled, isClosing) = locked { mailbox in
      let mail = (mailbox.submitted.map { ($0, $0.isCancelled) }, mailbox.cancelled, mailbox.isClosing)
      mailbox.submitted.removeAll(keepingCapacity: true)
      mailbox.cancelled.removeAll()
      mailbox.isAwake = false
      return mail
    }
    for (transfer, isCancelled) in submitted {
      if isCancelled {
        end(transfer, .cancelled, nil)
      } else {
        transfer.phase = .waiting
        waiting.append(transfer)
      }
    }
    for transfer in cancelled {
      if transfer.phase == .waiting {
        end(transfer, .cancelled, nil)
      } else if transfer.phase == .running, let pointer = running.first(where: { $0.value === transfer })?.key {
        running[pointer] = nil
        stop(EasyHandle(pointer), transfer, .cancelled)
      }
    }
    return !isClosing
  }

  private func startWaiting() {
    while running.count < limit, waitingStart < waiting.count {
      let transfer = waiting[waitingStart]
      waitingStart += 1
      guard transfer.phase == .waiting else { continue }
      if transfer.deadline <= .now {
        end(transfer, .expired, nil)
      } else {
        start(transfer)
      }
    }
    if waitingStart == waiting.count || waitingStart > 4096 {
      waiting.removeFirst(waitingStart)
      waitingStart = 0
    }
  }

  private func start(_ transfer: Transfer) {
    guard let handle = idle.popLast() ?? curl_easy_init().map({ EasyHandle($0) }) else {
      end(transfer, .done(CURLE_OUT_OF_MEMORY), nil)
      return
    }
    let status = transfer.prepare(handle)
    guard status == CURLE_OK, curl_multi_add_handle(multi, handle.pointer) == CURLM_OK else {
      end(transfer, .done(status == CURLE_OK ? CURLE_FAILED_INIT : status), handle)
      recycle(handle)
      return
    }
    transfer.phase = .running
    running[handle.pointer] = transfer
  }

  private func collect() -> Bool {
    var isAnyDone = false
    var result = CURLE_OK
    while let pointer = CLibcurl_next_finished(multi, &result) {
      isAnyDone = true
      guard let transfer = running.removeValue(forKey: pointer) else { continue }
      stop(EasyHandle(pointer), transfer, .done(result))
    }
    return isAnyDone
  }

  private func endOverdue() {
    let now = ContinuousClock.now
    for transfer in waiting[waitingStart...] where transfer.phase == .waiting && transfer.deadline <= now {
      end(transfer, .expired, nil)
    }
  }

  private func stop(_ handle: EasyHandle, _ transfer: Transfer, _ result: TransferEnd) {
    curl_multi_remove_handle(multi, handle.pointer)
    end(transfer, result, handle)
    recycle(handle)
  }

  private func end(_ transfer: Transfer, _ result: TransferEnd, _ handle: EasyHandle?) {
    guard transfer.phase != .ended else { return }
    transfer.phase = .ended
    transfer.finish(result, handle)
  }

  private func recycle(_ handle: EasyHandle) {
    curl_easy_reset(handle.pointer)
    idle.append(handle)
  }
}
