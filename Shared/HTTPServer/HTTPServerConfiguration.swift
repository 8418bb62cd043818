/// Where and within which bounds a server listens.
public struct HTTPServerConfiguration: Sendable {
  /// The numeric IPv4 or IPv6 address to listen on.
  public var address = "127.0.0.1"
  /// The port; 0 takes a free one, which `HTTPServer.port` tells.
  public var port: UInt16 = 0
  /// Loop threads, each with a listening socket of its own.
  public var threads = 1
  /// A longer body is answered 413, in bytes.
  public var maximumBodyBytes = 256 << 10
  /// A longer request line with header section is answered 431, in bytes.
  public var maximumHeaderBytes = 16 << 10
  /// A connection over this number is answered 503 and closed.
  public var maximumConnections = 10_000
  /// Seconds that idle connections and unfinished requests are given while more than three quarters of
  /// `maximumConnections` are open: so slow clients cannot keep the others out.
  public var crowdedSeconds = 2
  /// Connections the kernel may keep waiting to be accepted; it cuts this to `net.core.somaxconn`.
  public var backlog: Int32 = 4096
  /// Seconds from the first byte of a request, or from accepting the connection, to the end of the header section.
  public var headerSeconds = 5
  /// Seconds from the end of the header section to the end of the body.
  public var bodySeconds = 10
  /// Seconds a connection may wait for its next request.
  public var idleSeconds = 30
  /// Seconds that a connection without a request is given to send one when the server drains; it is answered.
  public var lastRequestSeconds = 1
  /// Seconds a peer may leave an answer untaken.
  public var writeSeconds = 30
  /// How the server's own refusals look, given the status (400, 408, 413, 417, 431, 500, 501, 503, 505) and what is
  /// wrong. The body must be bytes. The default is a problem document (RFC 9457).
  public var badRequest: @Sendable (_ status: Int, _ detail: String) -> HTTPResponse = { status, detail in
    let title = reasonPhrase(status)
    let document = #"{"type":"about:blank","title":"\#(title)","status":\#(status),"detail":"\#(detail)"}"#
    return HTTPResponse(
      status: status, headers: ["Content-Type": "application/problem+json"], body: .bytes(Array(document.utf8)))
  }

  /// The defaults: a free port of the loopback interface.
  public init() {}
}

/// Why a server could not start.
public enum HTTPServerError: Error, Equatable, CustomStringConvertible {
  /// Another socket listens on that address and port.
  case addressInUse(address: String, port: UInt16)
  /// The address is not a numeric one, is not of this machine, or its port needs privileges.
  case cannotListen(address: String, port: UInt16, reason: String)
  /// The kernel refused a descriptor, a thread or memory.
  case outOfResources(String)
  /// `start` was called before; a server starts once.
  case alreadyStarted

  /// A sentence for the log.
  public var description: String {
    switch self {
    case .addressInUse(let address, let port): "\(address) port \(port) is in use"
    case .cannotListen(let address, let port, let reason): "cannot listen on \(address) port \(port): \(reason)"
    case .outOfResources(let what): "the HTTP server cannot start: \(what)"
    case .alreadyStarted: "the HTTP server was started before"
    }
  }
}
