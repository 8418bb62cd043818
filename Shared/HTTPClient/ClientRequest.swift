/// A request to be sent once, without redirects, cookies or proxies.
public struct ClientRequest: Sendable {
  /// GET, POST and so on; an RFC 9110 token.
  public var method: String
  /// An absolute http or https URL, percent-encoded, without user information.
  public var url: String
  /// Fields to send beside Host, Content-Length and User-Agent.
  public var headers: [(String, String)]
  /// The content; empty for none.
  public var body: [UInt8]
  /// Seconds from `send` to the last byte of the answer, waiting for a free connection included.
  public var timeout: Double
  /// A longer answer is cut off and refused.
  public var maximumResponseBytes: Int
  /// Where it may connect to.
  public var allowedAddresses: AddressPolicy

  /// A request with limits fit for a short JSON answer.
  public init(
    method: String = "GET", url: String, headers: [(String, String)] = [], body: [UInt8] = [], timeout: Double = 15,
    maximumResponseBytes: Int = 64 * 1024, allowedAddresses: AddressPolicy = .any
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.timeout = timeout
    self.maximumResponseBytes = maximumResponseBytes
    self.allowedAddresses = allowedAddresses
  }
}

/// An answer, whatever its status.
public struct ClientResponse: Sendable {
  /// The final status; never 1xx.
  public var status: Int
  /// The fields in the order received; bytes that are no UTF-8 are replaced.
  public var headers: [(String, String)]
  /// The content.
  public var body: [UInt8]

  /// The first field of that name, in any case.
  public func header(_ name: String) -> String? {
    headers.first { sameASCII($0.0, name) }?.1
  }
}

/// Why a request has no answer.
public enum ClientError: Error, Sendable, Equatable {
  /// The address policy forbids the address that the URL leads to.
  case refusedAddress(String)
  /// The time ran out after the request, or a part of it, was sent.
  case timedOut
  /// No connection, or no TLS on it, came about in time: nothing was sent.
  case connectionFailed(String)
  /// The connection broke after the request, or a part of it, was sent.
  case connectionLost(String)
  /// The answer is longer than the request allows.
  case responseTooLarge
  /// No absolute URL of an allowed scheme, or one with user information.
  case invalidURL
  /// The method or a header field is malformed.
  case invalidRequest(String)
  /// The task was cancelled.
  case cancelled
  /// The client was closed.
  case closed
  /// Something else, with libcurl's words.
  case other(String)

  /// False only if surely nothing reached the server.
  public var mayHaveBeenSent: Bool {
    switch self {
    case .refusedAddress, .connectionFailed, .invalidURL, .invalidRequest: false
    case .timedOut, .connectionLost, .responseTooLarge, .cancelled, .closed, .other: true
    }
  }
}

extension ClientRequest {
  /// Refuses what libcurl would pass on: line breaks that make a second field, lengths that differ from the body's,
  /// and URLs that other software reads in another way.
  func check(schemes: Set<String>) throws(ClientError) {
    guard let scheme = Self.scheme(of: url), schemes.contains(scheme) else { throw .invalidURL }
    guard isToken(method) else { throw .invalidRequest("method") }
    for (name, value) in headers {
      guard isToken(name) else { throw .invalidRequest("a header's name") }
      guard !["content-length", "transfer-encoding", "connection"].contains(where: { sameASCII($0, name) }) else {
        throw .invalidRequest("header \(name) is not the caller's to set")
      }
      guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f || $0 == 0x09 }) else {
        throw .invalidRequest("header \(name)")
      }
    }
  }

  private static func scheme(of url: String) -> String? {
    let bytes = Array(url.utf8)
    guard bytes.count <= 8192, bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "\\") }),
      let colon = bytes.firstIndex(of: UInt8(ascii: ":")), bytes[colon...].starts(with: "://".utf8)
    else { return nil }
    let authority = bytes[(colon + 3)...].prefix { !"/?#".utf8.contains($0) }
    // A host and a port, nothing else: no "user@", no percent-encoded host, no IPv6 zone.
    let isPlain = authority.allSatisfy { isAlphanumeric($0) || ".-_:[]".utf8.contains($0) }
    guard !authority.isEmpty, isPlain else { return nil }
    return String(decoding: bytes[..<colon], as: UTF8.self).lowercased()
  }
}

func isAlphanumeric(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
    UInt8(ascii: "a")...UInt8(ascii: "z"):
    true
  default: false
  }
}

/// RFC 9110 section 5.6.2.
func isToken(_ text: String) -> Bool {
  !text.isEmpty && text.utf8.allSatisfy { isAlphanumeric($0) || "!#$%&'*+-.^_`|~".utf8.contains($0) }
}

func sameASCII(_ a: String, _ b: String) -> Bool {
  func lower(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
  }
  return a.utf8.count == b.utf8.count && zip(a.utf8, b.utf8).allSatisfy { lower($0) == lower($1) }
}
