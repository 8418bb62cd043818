import CLibevent
import Glibc
import Synchronization

/// The connections of one loop: accepts, finds, watches and closes them. Only the loop's thread touches it.
final class Connections {
  /// The clock of all deadlines ticks this often: a deadline is met to within a tick and costs nothing per request.
  static let ticksPerSecond = 4

  let server: ServerState
  private(set) var tick = 0
  /// The present time for the `Date` field.
  private(set) var date = httpDate()
  private weak var loop: Loop?
  private let base: OpaquePointer
  private let http: OpaquePointer
  private let listener: OpaquePointer
  private var boundSocket: OpaquePointer?
  private var tickEvent: OpaquePointer?
  private var laterEvent: OpaquePointer?
  private var live: [OpaquePointer: Connection] = [:]
  private var accepted: [OpaquePointer] = []
  private var refused: [Connection] = []
  private var broken: [Connection] = []
  /// Set while the server drains and the listening socket is still open.
  private var whenClosed: (() -> Void)?
  /// Whether those who had begun to connect when the drain began have had the time for it.
  private var isHandshakeOver = false
  private var handshakeEvent: OpaquePointer?
  /// The tick at which it is closed whoever waits.
  private var closeBy = 0

  /// Takes over `socket`, also when it throws.
  init(base: OpaquePointer, socket: Int32, server: ServerState) throws(HTTPServerError) {
    guard let listener = evconnlistener_new_bound(base, server.configuration.backlog, socket) else {
      let error = listenError(errno, server.configuration, port: boundPort(socket))
      close(socket)
      throw error
    }
    guard let http = evhttp_new(base) else {
      evconnlistener_free(listener)
      throw .outOfResources("no evhttp")
    }
    self.base = base
    self.http = http
    self.listener = listener
    self.server = server
  }

  /// Begins to accept connections for `loop`.
  func open(on loop: Loop) {
    self.loop = loop
    let me = Unmanaged.passUnretained(self).toOpaque()
    let configuration = server.configuration
    // evhttp counts otherwise than the gate and answers 400; the gate refuses first.
    evhttp_set_max_headers_size(http, configuration.maximumHeaderBytes * 2)
    evhttp_set_max_body_size(http, configuration.maximumBodyBytes)
    evhttp_set_default_content_type(http, nil)
    let methods = [
      EVHTTP_REQ_GET, EVHTTP_REQ_POST, EVHTTP_REQ_PUT, EVHTTP_REQ_PATCH, EVHTTP_REQ_DELETE, EVHTTP_REQ_HEAD,
      EVHTTP_REQ_OPTIONS,
    ]
    evhttp_set_allowed_methods(http, UInt16(truncatingIfNeeded: methods.reduce(0) { $0 | $1.rawValue }))
    evhttp_set_bevcb(http, { base, me in Connections.from(me)?.makeBuffer(base) }, me)
    evhttp_set_gencb(http, { request, me in request.map { Connections.from(me)?.serve($0) } }, me)
    // Out of descriptors: a listener that stays enabled would spin. The next tick enables it again.
    evconnlistener_set_error_cb(listener) { listener, _ in evconnlistener_disable(listener) }
    boundSocket = evhttp_bind_listener(http, listener)
    laterEvent = event_new(base, -1, 0, { _, _, me in Connections.from(me)?.runLater() }, me)
    handshakeEvent = event_new(base, -1, 0, { _, _, me in Connections.from(me)?.onHandshakesOver() }, me)
    tickEvent = event_new(base, -1, Int16(EV_PERSIST), { _, _, me in Connections.from(me)?.onTick() }, me)
    var interval = timeval(tv_sec: 0, tv_usec: 1_000_000 / Self.ticksPerSecond)
    event_add(tickEvent, &interval)
  }

  /// Takes the connections that have been begun, closes the listening socket, and lets streams end.
  /// - Parameter closed: called when there will be no further connection.
  func drain(_ closed: @escaping () -> Void) {
    whenClosed = closed
    closeBy = deadline(seconds: 1)
    for connection in live.values { connection.beginDrain() }
    dropNewcomers(at: evconnlistener_get_fd(listener))
    var moment = timeval(tv_sec: 0, tv_usec: 50_000)
    event_add(handshakeEvent, &moment)
  }

  private func onHandshakesOver() {
    isHandshakeOver = true
    if whenClosed != nil { closeListener() }
  }

  /// Closes everything; the loop does not run any more.
  func closeAll() {
    closeListener(atOnce: true)
    evhttp_free(http)
    if let tickEvent { event_free(tickEvent) }
    if let laterEvent { event_free(laterEvent) }
    if let handshakeEvent { event_free(handshakeEvent) }
  }

  /// The tick from which on a deadline that begins now has passed.
  func deadline(seconds: Int) -> Int { tick + seconds * Self.ticksPerSecond + 1 }

  /// Answers and closes as soon as evhttp's callbacks have returned: it cannot lose its connection inside them.
  func refuseLater(_ connection: Connection) {
    refused.append(connection)
    event_active(laterEvent, Int32(EV_TIMEOUT), 1)
  }

  /// Closes as soon as evhttp's callbacks have returned.
  func closeLater(_ connection: Connection) {
    broken.append(connection)
    event_active(laterEvent, Int32(EV_TIMEOUT), 1)
  }

  func remove(_ connection: OpaquePointer) {
    live[connection] = nil
    server.connections.subtract(1, ordering: .relaxed)
  }

  /// With the socket the kernel would reset who waits to be accepted, and the request that came with them: so not while
  /// anybody waits, unless they keep coming. Called again when they have been accepted.
  private func closeListener(atOnce: Bool = false) {
    guard let boundSocket else { return }
    var waiting = pollfd(fd: evconnlistener_get_fd(listener), events: Int16(POLLIN), revents: 0)
    let isWaitedFor = !isHandshakeOver || !accepted.isEmpty || poll(&waiting, 1, 0) > 0
    if !atOnce && tick < closeBy && isWaitedFor { return }
    evhttp_del_accept_socket(http, boundSocket)
    self.boundSocket = nil
    whenClosed?()
    whenClosed = nil
  }

  private func makeBuffer(_ base: OpaquePointer?) -> OpaquePointer? {
    guard let buffer = bufferevent_socket_new(base, -1, 0) else { return nil }
    let configuration = server.configuration
    // evhttp wants a body whole in the buffer, so that much must fit; a client that sends on while it gets an answer
    // is stopped there.
    bufferevent_setwatermark(
      buffer, Int16(EV_READ), 0, configuration.maximumBodyBytes + 2 * configuration.maximumHeaderBytes + 65_536)
    accepted.append(buffer)
    event_active(laterEvent, Int32(EV_TIMEOUT), 1)
    return buffer
  }

  /// Runs behind the callbacks of the present turn of the loop, before any socket is looked at again: so a connection is
  /// known before its first byte.
  private func runLater() {
    while let buffer = accepted.popLast() { register(buffer) }
    while let connection = refused.popLast() { connection.refuse() }
    while let connection = broken.popLast() { connection.close() }
    if whenClosed != nil { closeListener() }
  }

  private func register(_ buffer: OpaquePointer) {
    // evhttp tells nobody about new connections, but its connection is the argument of its buffer's callbacks.
    var argument: UnsafeMutableRawPointer?
    bufferevent_getcb(buffer, nil, nil, nil, &argument)
    guard let argument, let loop else { return }
    let connection = Connection(OpaquePointer(argument), buffer: buffer, of: self, loop: loop)
    live[OpaquePointer(argument)] = connection
    if whenClosed != nil { connection.beginDrain() }
    let count = server.connections.add(1, ordering: .relaxed).newValue
    if count > server.configuration.maximumConnections {
      connection.fault = Fault(503, "too many connections")
      connection.refuse()
    }
  }

  private func serve(_ request: OpaquePointer) {
    guard let handle = evhttp_request_get_connection(request), let connection = live[handle] else {
      evhttp_send_error(request, 500, nil)
      return
    }
    connection.serve(request)
  }

  private func onTick() {
    tick += 1
    date = httpDate()
    if boundSocket != nil { evconnlistener_enable(listener) }
    if whenClosed != nil { closeListener() }
    var late: [Connection] = []
    let isCrowded = server.connections.load(ordering: .relaxed) > server.configuration.maximumConnections / 4 * 3
    for connection in live.values where connection.isDue(tick, isCrowded: isCrowded) { late.append(connection) }
    for connection in late { connection.expire() }
  }

  private static func from(_ pointer: UnsafeMutableRawPointer?) -> Connections? {
    pointer.map { Unmanaged<Connections>.fromOpaque($0).takeUnretainedValue() }
  }
}
