import CGlibc
import Glibc

/// Sends traffic over keep-alive connections from one thread: a request when it is due if a connection is free, else as
/// soon as one is. No pipelining: an answer belongs to its request by its connection.
final class LoadLoop<Source: Traffic> {
  private let target: LoadTarget
  private let traffic: Source
  private let limit: Int
  /// Nanoseconds that an answer may take.
  private let timeout: Int64
  /// Nanoseconds that a request may wait for a connection beyond the time when it was due.
  private let patience: Int64
  private var connections: [LoadConnection<Source.Ticket>] = []
  /// Places in `connections`. The one that rested last is taken first: it is the least likely to have been closed by now.
  private var idle: [Int] = []
  private var closed: [Int] = []
  private var busy = 0
  private var start: Int64 = 0
  private let events = UnsafeMutableBufferPointer<epoll_event>.allocate(capacity: 512)
  private let input = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
  private var poll: Int32 = -1

  /// - Parameters:
  ///   - connections: at most.
  ///   - timeout: how long an answer may take.
  ///   - isOpen: whether a request that cannot be sent within the same time after it was due is given up.
  init(_ traffic: Source, to target: LoadTarget, connections: Int, timeout: Duration, isOpen: Bool) {
    self.target = target
    self.traffic = traffic
    limit = connections
    self.timeout = Int64(timeout.seconds * 1e9)
    patience = isOpen ? self.timeout : .max
  }

  deinit {
    events.deallocate()
    input.deallocate()
  }

  /// Returns when every request has its fate; blocks its thread.
  func run() throws {
    poll = epoll_create1(Int32(EPOLL_CLOEXEC))
    guard poll >= 0 else { throw Failure("epoll: \(String(cString: strerror(errno)))") }
    defer {
      for connection in connections { connection.close() }
      close(poll)
    }
    start = monotonicNanoseconds()
    var nextSweep: Int64 = 0
    while true {
      var now = monotonicNanoseconds() - start
      sendDue(now)
      if now >= nextSweep {
        sweep(now)
        traffic.tick(at: now)
        nextSweep = now + 100_000_000
      }
      if traffic.nextDue == nil && busy == 0 { return traffic.tick(at: now) }
      now = monotonicNanoseconds() - start
      var wake = nextSweep
      // Without a free connection it is an answer that the next request waits for, not a time.
      if let due = traffic.nextDue, busy < limit { wake = min(wake, due) }
      wait(wake - now)
    }
  }

  private func sendDue(_ now: Int64) {
    while let due = traffic.nextDue, due <= now {
      if now - due > patience {
        var bytes: [UInt8] = []
        traffic.finish(traffic.take(into: &bytes), .unsent, at: now)
        continue
      }
      guard let place = freePlace() else { return }
      let connection = connections[place]
      connection.output.removeAll(keepingCapacity: true)
      connection.begin(traffic.take(into: &connection.output), deadline: now + timeout)
      busy += 1
      if connection.state == .busy {
        connection.send()
      } else {
        open(connection, place)
      }
    }
  }

  private func freePlace() -> Int? {
    if let place = idle.popLast() { return place }
    if let place = closed.popLast() { return place }
    guard connections.count < limit else { return nil }
    connections.append(LoadConnection())
    return connections.count - 1
  }

  private func open(_ connection: LoadConnection<Source.Ticket>, _ place: Int) {
    guard let descriptor = target.connect() else { return fail(connection, place, .unsent) }
    connection.open(descriptor)
    var event = epoll_event()
    // Edges, all of them, once: no further call a request.
    event.events = EPOLLIN.rawValue | EPOLLOUT.rawValue | EPOLLRDHUP.rawValue | EPOLLET.rawValue
    event.data.u64 = UInt64(connection.generation) << 32 | UInt64(place)
    if epoll_ctl(poll, EPOLL_CTL_ADD, descriptor, &event) != 0 { fail(connection, place, .unsent) }
  }

  private func fail(_ connection: LoadConnection<Source.Ticket>, _ place: Int, _ fate: Fate) {
    let ticket = connection.ticket
    if connection.state == .idle { idle.removeAll { $0 == place } }
    connection.close()
    closed.append(place)
    guard let ticket else { return }
    busy -= 1
    traffic.finish(ticket, fate, at: monotonicNanoseconds() - start)
  }

  private func wait(_ nanoseconds: Int64) {
    var time = timespec(tv_sec: 0, tv_nsec: Int(min(max(nanoseconds, 0), 999_999_999)))
    // Not epoll_wait, which sleeps whole milliseconds and would make every request late by half of one.
    var count = epoll_pwait2(poll, events.baseAddress, Int32(events.count), &time, nil)
    if count < 0 && errno == ENOSYS {  // Linux before 5.11
      count = epoll_wait(
        poll, events.baseAddress, Int32(events.count), Int32(clamping: (max(nanoseconds, 0) + 999_999) / 1_000_000))
    }
    guard count > 0 else { return }
    for event in events[..<Int(count)] {
      let place = Int(event.data.u64 & 0xffff_ffff)
      let connection = connections[place]
      guard connection.state != .closed, connection.generation == UInt32(event.data.u64 >> 32) else { continue }
      handle(connection, place, event.events)
    }
  }

  private func handle(_ connection: LoadConnection<Source.Ticket>, _ place: Int, _ flags: UInt32) {
    if connection.state == .connecting {
      guard flags & (EPOLLOUT.rawValue | EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0 else { return }
      guard connection.isEstablished() else { return fail(connection, place, .unsent) }
      connection.send()
    } else if flags & EPOLLOUT.rawValue != 0, connection.state == .busy {
      connection.send()
    }
    let readable = EPOLLIN.rawValue | EPOLLRDHUP.rawValue | EPOLLERR.rawValue | EPOLLHUP.rawValue
    guard flags & readable != 0 else { return }
    switch connection.receive(with: input) {
    case .waiting: return
    case .broken: fail(connection, place, connection.hasSent ? .unknown : .unsent)
    case .answered: complete(connection, place)
    }
  }

  private func complete(_ connection: LoadConnection<Source.Ticket>, _ place: Int) {
    guard let ticket = connection.ticket else { return fail(connection, place, .unknown) }
    busy -= 1
    traffic.finish(
      ticket, .answered(status: connection.parser.status, body: connection.parser.body),
      at: monotonicNanoseconds() - start)
    if connection.isReusable && !traffic.breaksConnection(ticket) {
      connection.rest()
      idle.append(place)
    } else {
      connection.close()
      closed.append(place)
    }
  }

  /// Gives up requests whose answer is overdue.
  private func sweep(_ now: Int64) {
    for (place, connection) in connections.enumerated() where connection.ticket != nil && connection.deadline <= now {
      fail(connection, place, connection.hasSent ? .unknown : .unsent)
    }
  }
}

/// Nanoseconds on a clock that never goes back.
func monotonicNanoseconds() -> Int64 {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}

/// Processor time of the calling thread, in seconds.
func threadSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
