import CLibevent
import Synchronization

/// One connection of a client. Only the loop's thread touches it; that is what makes `@unchecked Sendable` true.
final class Connection: @unchecked Sendable {
  enum Phase {
    /// Kept alive, no byte of the next request yet.
    case idle
    case header
    case body
    /// The handler has the request.
    case handling
    /// The answer, or a piece of a stream, is on its way to the socket.
    case writing
    /// A stream waits for its next piece.
    case streaming
    /// The request was refused; what the client still sends is thrown away.
    case lingering
  }

  private(set) var handle: OpaquePointer?
  let buffer: OpaquePointer
  /// Why the present request is refused.
  var fault: Fault?
  let owner: Connections
  let loop: Loop
  private let remoteAddress: String
  var phase = Phase.header
  private var deadline: Int
  /// The tick at which the present phase began.
  private var since: Int
  private var gate = HeaderGate()
  private var method = HTTPMethod.get
  private var inputWatch: OpaquePointer?
  private var outputWatch: OpaquePointer?
  /// The request that waits for its answer. evhttp frees it when it has been answered or the connection goes, except
  /// when it has been cut off from its connection before.
  var request: OpaquePointer?
  private var isCounted = false
  var stream: StreamState?

  init(_ handle: OpaquePointer, buffer: OpaquePointer, of owner: Connections, loop: Loop) {
    self.handle = handle
    self.buffer = buffer
    self.owner = owner
    self.loop = loop
    since = owner.tick
    deadline = owner.deadline(seconds: owner.server.configuration.headerSeconds)
    var address: UnsafeMutablePointer<CChar>?
    var port: UInt16 = 0
    evhttp_connection_get_peer(handle, &address, &port)
    remoteAddress = address.map { String(cString: $0) } ?? ""
    let me = Unmanaged.passUnretained(self).toOpaque()
    evhttp_connection_set_closecb(handle, { _, me in Connection.from(me)?.closed() }, me)
    inputWatch = evbuffer_add_cb(
      bufferevent_get_input(buffer), { input, info, me in Connection.from(me)?.inputChanged(input, info) }, me)
    outputWatch = evbuffer_add_cb(
      bufferevent_get_output(buffer), { output, info, me in Connection.from(me)?.outputChanged(output, info) }, me)
  }

  // MARK: Deadlines

  /// What to do when the deadline has passed.
  func expire() {
    let isSilent = phase == .header && !gate.hasBegun && owner.server.isDraining.load(ordering: .relaxed)
    if (phase == .header || phase == .body) && !isSilent {
      fault = Fault(408, "the request took too long")
      refuse()
    } else {
      close()
    }
  }

  /// - Parameter isCrowded: whether who is slow takes the place of somebody else.
  func isDue(_ tick: Int, isCrowded: Bool) -> Bool {
    switch phase {
    case .idle, .header, .body:
      deadline <= tick || isCrowded && since + configuration.crowdedSeconds * Connections.ticksPerSecond < tick
    case .writing, .lingering: deadline <= tick
    case .handling, .streaming: false
    }
  }

  /// Gives a client that has no request under way a last moment: one may be on the wire already, and would be lost.
  func beginDrain() {
    cancelStream()
    if phase == .idle || phase == .header && !gate.hasBegun {
      deadline = min(deadline, owner.deadline(seconds: configuration.lastRequestSeconds))
    }
  }

  func enter(_ next: Phase, seconds: Int) {
    phase = next
    since = owner.tick
    deadline = owner.deadline(seconds: seconds)
  }

  private var configuration: HTTPServerConfiguration { owner.server.configuration }

  // MARK: Requests

  private func inputChanged(_ input: OpaquePointer?, _ info: UnsafePointer<evbuffer_cb_info>?) {
    guard let added = info?.pointee.n_added, added > 0, phase == .idle || phase == .header, fault == nil else { return }
    if phase == .idle { beginHeader() }
    inspect(input, from: evbuffer_get_length(input) - added)
  }

  private func beginHeader() {
    gate = HeaderGate()
    enter(.header, seconds: configuration.headerSeconds)
  }

  /// Shows the gate what has arrived; evhttp parses it afterwards.
  private func inspect(_ input: OpaquePointer?, from start: Int) {
    var position = evbuffer_ptr()
    guard evbuffer_ptr_set(input, &position, start, EVBUFFER_PTR_SET) == 0 else { return }
    var piece = iovec()
    while evbuffer_peek(input, -1, &position, &piece, 1) > 0, piece.iov_len > 0 {
      let bytes = UnsafeRawBufferPointer(start: piece.iov_base, count: piece.iov_len)
      switch gate.take(bytes, limit: configuration.maximumHeaderBytes) {
      case .incomplete:
        guard evbuffer_ptr_set(input, &position, piece.iov_len, EVBUFFER_PTR_ADD) == 0 else { return }
      case .complete:
        enter(.body, seconds: configuration.bodySeconds)
        return
      case .refused(let status, let detail):
        refuse(Fault(status, detail))
        return
      }
    }
  }

  private func outputChanged(_ output: OpaquePointer?, _ info: UnsafePointer<evbuffer_cb_info>?) {
    guard let info = info?.pointee else { return }
    switch phase {
    case .writing where info.n_deleted > 0:
      deadline = owner.deadline(seconds: configuration.writeSeconds)
    case .idle, .header, .body:
      if info.n_added > 0 && fault == nil { ownAnswer(output, added: info.n_added) }
    default: break
    }
  }

  /// evhttp answers some faults itself, with a page of HTML. It has not been sent when this is called and never will be:
  /// our refusal takes its place.
  private func ownAnswer(_ output: OpaquePointer?, added: Int) {
    let length = 12  // "HTTP/1.1 413"
    var position = evbuffer_ptr()
    var piece = iovec()
    // Looked at, not copied out: libevent refuses the latter once a connection has been written to.
    guard evbuffer_ptr_set(output, &position, evbuffer_get_length(output) - added, EVBUFFER_PTR_SET) == 0,
      evbuffer_peek(output, length, &position, &piece, 1) > 0, piece.iov_len >= length
    else { return }
    let line = UnsafeRawBufferPointer(start: piece.iov_base, count: length)
    let status = line[9...].reduce(0) { $0 * 10 + Int($1) - 0x30 }
    switch status {
    case 100: break  // the client asked whether it may send the body
    case 413: refuse(Fault(413, "body over \(configuration.maximumBodyBytes) bytes"))
    case 417: refuse(Fault(417, "unknown expectation"))
    case 501, 405: refuse(Fault(501, "unknown method or transfer coding"))
    default: refuse(Fault(400, "malformed request"))
    }
  }

  private func refuse(_ fault: Fault) {
    self.fault = fault
    owner.refuseLater(self)
  }

  /// Closes at once; not from within evhttp's callbacks.
  func close() {
    if let handle { evhttp_connection_free(handle) }
  }

  /// Called by evhttp with a request whose body is complete.
  func serve(_ request: OpaquePointer) {
    // evhttp would end the process over bytes that come while no answer is on its way.
    bufferevent_disable(buffer, Int16(EV_READ))
    if fault != nil { return }  // the refusal is under way
    guard phase == .body else { return refuse(Fault(400, "malformed request")) }
    let parsed: HTTPRequest
    do throws(Fault) {
      parsed = try readRequest(request, gate: gate, remoteAddress: remoteAddress)
    } catch {
      return refuse(error)
    }
    self.request = request
    method = parsed.method
    phase = .handling
    isCounted = true
    owner.server.requestsInFlight.add(1, ordering: .relaxed)
    let handler = owner.server.handler
    Task.immediate(executorPreference: loop) { [self] in
      let response = await handler(parsed)
      loop.perform { self.answer(response) }
    }
  }

  // MARK: Answers

  private func answer(_ response: HTTPResponse) {
    guard let request else { return uncount() }  // the connection has gone
    let response = response.isSendable ? response : owner.server.refusal(Fault(500, "the answer cannot be sent"))
    let fields = evhttp_request_get_output_headers(request)
    for (name, value) in response.headers where !isFraming(name) { evhttp_add_header(fields, name, value) }
    evhttp_add_header(fields, "Date", owner.date)
    if owner.server.isDraining.load(ordering: .relaxed) {
      evhttp_remove_header(fields, "Connection")
      evhttp_add_header(fields, "Connection", "close")
    }
    evhttp_request_set_on_complete_cb(
      request, { _, me in Connection.from(me)?.answered() }, Unmanaged.passUnretained(self).toOpaque())
    let status = Int32(response.status)
    switch response.body {
    case .stream(let pieces) where method != .head && response.allowsBody:
      phase = .streaming
      uncount()
      evhttp_send_reply_start(request, status, reasonPhrase(response.status))
      startStream(pieces)
      return
    case .transfer(let pieces) where method != .head && response.allowsBody:
      phase = .streaming
      evhttp_send_reply_start(request, status, reasonPhrase(response.status))
      startTransfer(pieces)
      return
    case .bytes(let bytes) where response.allowsBody:
      evhttp_add_header(fields, "Content-Length", String(bytes.count))
      if method != .head {
        bytes.withUnsafeBytes {
          _ = evbuffer_add(evhttp_request_get_output_buffer(request), $0.baseAddress, $0.count)
        }
      }
    default: break
    }
    enter(.writing, seconds: configuration.writeSeconds)
    evhttp_send_reply(request, status, reasonPhrase(response.status), nil)
    writeNow()
  }

  /// Hands the answer to the socket at once instead of in the loop's next turn: most fit into its buffer, and then the
  /// kernel need not be asked to tell when there is room.
  private func writeNow() {
    guard handle != nil, phase == .writing else { return }
    let output = bufferevent_get_output(buffer)
    // A bufferevent lets nobody else take bytes from the front of its output.
    evbuffer_unfreeze(output, 1)
    let written = evbuffer_write(output, bufferevent_getfd(buffer))
    evbuffer_freeze(output, 1)
    guard written > 0, evbuffer_get_length(output) == 0 else { return }
    bufferevent_disable(buffer, Int16(EV_WRITE))
    // As when the socket has taken all: evhttp ends the request and reads on. Not before we have returned: an answer
    // may be given from within its callbacks.
    bufferevent_trigger(buffer, Int16(EV_WRITE), Int32(BEV_OPT_DEFER_CALLBACKS.rawValue))
  }

  /// The socket has taken the whole answer; evhttp frees the request now, and the connection if it is not kept alive.
  private func answered() {
    request = nil
    uncount()
    endedStream()
    enter(.idle, seconds: configuration.idleSeconds)
    if owner.server.isDraining.load(ordering: .relaxed) { beginDrain() }
    let input = bufferevent_get_input(buffer)
    if evbuffer_get_length(input) > 0 {  // the next request has come already
      beginHeader()
      inspect(input, from: 0)
    }
  }

  /// The connection is going, for whatever reason.
  private func closed() {
    guard let handle else { return }
    if let inputWatch { evbuffer_remove_cb_entry(bufferevent_get_input(buffer), inputWatch) }
    if let outputWatch { evbuffer_remove_cb_entry(bufferevent_get_output(buffer), outputWatch) }
    // A request whose answer was not complete when the client left has been cut off and left to us.
    if let request, evhttp_request_get_connection(request) == nil { evhttp_request_free(request) }
    request = nil
    self.handle = nil
    if phase == .writing || stream != nil { uncount() }  // while handling, the handler's end does it
    endedStream()
    owner.remove(handle)
  }

  private func uncount() {
    guard isCounted else { return }
    isCounted = false
    owner.server.requestsInFlight.subtract(1, ordering: .relaxed)
  }

  static func from(_ pointer: UnsafeMutableRawPointer?) -> Connection? {
    pointer.map { Unmanaged<Connection>.fromOpaque($0).takeUnretainedValue() }
  }
}
