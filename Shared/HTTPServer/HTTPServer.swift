import Glibc
import Synchronization

/// An HTTP/1.1 server: libevent's evhttp, with framing checked (RFC 9112), deadlines, limits and a drain.
///
/// Each loop thread accepts connections and runs the handlers of their requests until these wait for something.
public final class HTTPServer: Sendable {
  private struct Running {
    var loops: [Loop] = []
    var port: UInt16 = 0
    var hasStarted = false
  }

  private let state: ServerState
  private let running = Mutex(Running())

  /// A server that does not listen yet.
  /// - Parameter handler: answers every request that is not refused.
  public init(_ configuration: HTTPServerConfiguration, handler: @escaping HTTPHandler) {
    state = ServerState(configuration, handler)
  }

  deinit {
    for loop in running.withLock({ $0.loops }) { loop.stop() }
  }

  /// Listens and starts the loop threads. The process ignores SIGPIPE from then on.
  /// - Throws: `HTTPServerError`; nothing is left open then.
  public func start() throws(HTTPServerError) {
    let isFirst = running.withLock { running in
      defer { running.hasStarted = true }
      return !running.hasStarted
    }
    guard isFirst else { throw .alreadyStarted }
    signal(SIGPIPE, SIG_IGN)
    let (sockets, port) = try bindSockets(state.configuration)
    var loops: [Loop] = []
    do throws(HTTPServerError) {
      for socket in sockets { loops.append(try Loop(socket: socket, server: state)) }
    } catch {
      for loop in loops { loop.end() }
      for socket in sockets.dropFirst(loops.count + 1) { close(socket) }
      throw error
    }
    for (index, loop) in loops.enumerated() {
      do throws(HTTPServerError) {
        try loop.start()
      } catch {
        for running in loops[..<index] { running.stop() }
        for waiting in loops[index...] { waiting.end() }
        throw error
      }
    }
    let started = loops
    running.withLock { running in
      running.loops = started
      running.port = port
    }
  }

  /// The port that is listened on; 0 before `start`.
  public var port: UInt16 { running.withLock { $0.port } }

  /// Open connections.
  public var connections: Int { state.connections.load(ordering: .relaxed) }

  /// Requests whose handler runs or whose answer the client has not taken yet; streams are counted apart.
  public var requestsInFlight: Int { state.requestsInFlight.load(ordering: .relaxed) }

  /// Streams that are being sent.
  public var streams: Int { state.streams.load(ordering: .relaxed) }

  /// Stops without losing requests: accepts who waits to be accepted, closes the listening sockets, cancels the tasks of
  /// streams, answers the requests in flight and those that kept-alive connections send within a moment, closes all
  /// connections and ends the threads. Answers given meanwhile say `Connection: close`.
  /// - Parameter seconds: what is not done by then is cut off.
  public func drain(seconds: Int) async {
    let end = ContinuousClock.now + .seconds(seconds)
    state.isDraining.store(true, ordering: .sequentiallyConsistent)
    let loops = running.withLock { $0.loops }
    for loop in loops {
      await withCheckedContinuation { drained in
        loop.perform { loop.drainConnections { drained.resume() } }
      }
    }
    while connections + requestsInFlight + streams > 0 && ContinuousClock.now < end { await pause() }
    for loop in loops { loop.stop() }
    while !loops.allSatisfy(\.isStopped) { await pause() }
  }

  /// A task of its own, because a caller that has been cancelled would not sleep.
  private func pause() async {
    await Task { try? await Task.sleep(for: .milliseconds(10)) }.value
  }
}
