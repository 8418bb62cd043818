/// The methods that reach a handler; all others are answered 501 (RFC 9110, section 9.1).
public enum HTTPMethod: String, Sendable, CaseIterable {
  /// Transfer the current representation.
  case get = "GET"
  /// Process the content of the request.
  case post = "POST"
  /// Replace the representation.
  case put = "PUT"
  /// Change the representation in part (RFC 5789).
  case patch = "PATCH"
  /// Remove the representation.
  case delete = "DELETE"
  /// As GET, without a body in the answer.
  case head = "HEAD"
  /// Describe what can be done with the resource.
  case options = "OPTIONS"
}

/// A complete request whose framing was found correct.
public struct HTTPRequest: Sendable {
  /// The method.
  public var method: HTTPMethod
  /// The path as sent (percent-encoded), without the query; begins with a slash, or is `*` for OPTIONS.
  public var path: String
  /// What stands behind the first question mark of the target, as sent.
  public var query: String?
  /// The fields of the header section; fields of a trailer section are dropped (RFC 9110, section 6.5.1).
  public var headers: HTTPHeaders
  /// The body, with the chunked coding removed.
  public var body: [UInt8]
  /// The IP address of the peer of the connection, which may be a proxy.
  public var remoteAddress: String

  /// A request, for tests of handlers too.
  public init(
    method: HTTPMethod, path: String, query: String? = nil, headers: HTTPHeaders = [:], body: [UInt8] = [],
    remoteAddress: String = "127.0.0.1"
  ) {
    self.method = method
    self.path = path
    self.query = query
    self.headers = headers
    self.body = body
    self.remoteAddress = remoteAddress
  }
}

/// An answer. The server adds `Date` and the framing fields itself; `Content-Length` and `Transfer-Encoding` given here
/// are ignored. An answer with a status outside 200...599, a bad field name, or a control character in a value (RFC 9110,
/// section 5.5) is replaced by a 500.
public struct HTTPResponse: Sendable {
  /// What follows the header section.
  public enum Body: Sendable {
    /// Bytes that are there already.
    case bytes([UInt8])
    /// Pieces as they come (server-sent events). The next piece is asked for when the socket has taken the last one.
    /// The task that reads the sequence is cancelled when the client leaves and when the server drains.
    case stream(any AsyncSequence<[UInt8], Never> & Sendable)
    /// Pieces of one whole, such as a file that is made while it is sent; asked for as those of a stream. When the
    /// sequence throws, the connection is closed without the end of the chunked coding, so that no part passes for the
    /// whole (RFC 9112, section 8). A drain waits for it as for any other answer: no longer than it waits at all.
    case transfer(any AsyncSequence<[UInt8], any Error> & Sendable)
  }

  /// The status code, 200...599.
  public var status: Int
  /// The fields to send.
  public var headers: HTTPHeaders
  /// The body; it is not sent for HEAD, 204 and 304.
  public var body: Body

  /// An answer.
  public init(status: Int, headers: HTTPHeaders = [:], body: Body = .bytes([])) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// Whether the status line and header section can be sent as they are.
  var isSendable: Bool {
    (200...599).contains(status)
      && headers.allSatisfy { name, value in
        !name.isEmpty && name.utf8.allSatisfy(HeaderGate.isToken) && value.utf8.allSatisfy(HeaderGate.isFieldContent)
      }
  }

  /// Whether a body may follow this status (RFC 9112, section 6.3).
  var allowsBody: Bool { status != 204 && status != 304 }
}

/// Answers one request. It starts on the thread of the connection, so work that takes the processor for long belongs
/// elsewhere. It never throws: turning errors into answers is the caller's business.
public typealias HTTPHandler = @Sendable (HTTPRequest) async -> HTTPResponse

/// The phrase of a status line; clients ignore it, people who read a trace do not.
func reasonPhrase(_ status: Int) -> String {
  switch status {
  case 200: "OK"
  case 201: "Created"
  case 202: "Accepted"
  case 204: "No Content"
  case 303: "See Other"
  case 304: "Not Modified"
  case 400: "Bad Request"
  case 401: "Unauthorized"
  case 403: "Forbidden"
  case 404: "Not Found"
  case 405: "Method Not Allowed"
  case 408: "Request Timeout"
  case 409: "Conflict"
  case 410: "Gone"
  case 412: "Precondition Failed"
  case 413: "Content Too Large"
  case 415: "Unsupported Media Type"
  case 417: "Expectation Failed"
  case 422: "Unprocessable Content"
  case 428: "Precondition Required"
  case 429: "Too Many Requests"
  case 431: "Request Header Fields Too Large"
  case 500: "Internal Server Error"
  case 501: "Not Implemented"
  case 502: "Bad Gateway"
  case 503: "Service Unavailable"
  case 504: "Gateway Timeout"
  case 505: "HTTP Version Not Supported"
  case 200...299: "Success"
  case 300...399: "Redirection"
  case 400...499: "Client Error"
  default: "Server Error"
  }
}
