import CLibcurl
import Glibc

/// Why a mail was not handed over.
public enum MailError: Error, Sendable, Equatable {
  /// Worth another attempt: no connection, a log-in refused, or a 4xx reply. It may have arrived if the connection
  /// broke after the text was sent.
  case transient(String)
  /// Will fail again: a 5xx reply to this mail, or a malformed message.
  case permanent(String)
}

/// Hands mails to a server (RFC 5321); several at a time go over connections that are kept open.
public struct SMTPClient: Sendable {
  private let url: String
  private let user: String?
  private let password: String?
  private let requiresTLS: Bool
  private let timeout: Double
  private let loop: LoopOwner

  /// Closes the loop with the last copy of the client.
  private final class LoopOwner: Sendable {
    let loop = CurlLoop(name: "smtp-client", limit: 4)
    deinit { loop.close() }
  }

  /// - Parameters:
  ///   - url: `smtp://host:port`, or `smtps://host:port` for TLS from the first byte.
  ///   - requiresTLS: whether `smtp://` must go over to TLS by STARTTLS; by default if there is a password to protect.
  ///   - timeout: seconds for each mail.
  public init(
    url: String, user: String? = nil, password: String? = nil, requiresTLS: Bool? = nil, timeout: Double = 30
  ) {
    self.url = url
    self.user = user
    self.password = password
    self.requiresTLS = requiresTLS ?? (password != nil)
    self.timeout = timeout
    loop = LoopOwner()
  }

  /// Hands over `message`. The server has taken responsibility for it when this returns.
  public func send(_ message: MailMessage) async throws(MailError) {
    let bytes = try message.composed()
    let result: Result<Void, MailError> = await loop.loop.run { completion in
      SMTPTransfer(
        url: url, user: user, password: password, requiresTLS: requiresTLS, from: message.from, to: message.to,
        bytes: bytes, timeout: timeout, completion: completion)
    }
    try result.get()
  }
}

/// One mail on a handle.
private final class SMTPTransfer: Transfer, @unchecked Sendable {
  private let url: String
  private let user: String?
  private let password: String?
  private let requiresTLS: Bool
  private let from: String
  private let bytes: [UInt8]
  private let recipients = StringList()
  private let completion: @Sendable (Result<Void, MailError>) -> Void
  private var offset = 0
  /// The latest 4xx or 5xx reply; libcurl's QUIT after it, and the answer to that, do not count.
  private var refusal = ""

  init(
    url: String, user: String?, password: String?, requiresTLS: Bool, from: String, to: String, bytes: [UInt8],
    timeout: Double, completion: @escaping @Sendable (Result<Void, MailError>) -> Void
  ) {
    self.url = url
    self.user = user
    self.password = password
    self.requiresTLS = requiresTLS
    self.from = from
    self.bytes = bytes
    self.completion = completion
    recipients.append("<\(to)>")
    super.init(timeout: timeout)
  }

  override func prepare(_ handle: EasyHandle) -> CURLcode {
    let me = Unmanaged.passUnretained(self).toOpaque()  // the loop holds this object until `finish`
    handle.setCommonOptions(timeoutMilliseconds: remainingMilliseconds)
    handle.set(CURLOPT_URL, url)
    handle.set(CURLOPT_PROTOCOLS_STR, "smtp,smtps")
    handle.set(CURLOPT_USE_SSL, Int((requiresTLS ? CURLUSESSL_ALL : CURLUSESSL_NONE).rawValue))
    if let user { handle.set(CURLOPT_USERNAME, user) }
    if let password { handle.set(CURLOPT_PASSWORD, password) }
    handle.set(CURLOPT_MAIL_FROM, "<\(from)>")
    handle.set(CURLOPT_MAIL_RCPT, recipients)
    handle.set(CURLOPT_UPLOAD, 1)
    handle.set(CURLOPT_INFILESIZE_LARGE, offset: bytes.count)
    handle.set(CURLOPT_READDATA, pointer: me)
    handle.set(CURLOPT_READFUNCTION) { buffer, size, count, me in
      SMTPTransfer.take(me).fill(UnsafeMutableRawBufferPointer(start: buffer, count: size * count))
    }
    handle.set(CURLOPT_HEADERDATA, pointer: me)
    handle.set(CURLOPT_HEADERFUNCTION) { bytes, _, count, me in
      SMTPTransfer.take(me).receiveReply(UnsafeRawBufferPointer(start: bytes, count: count))
      return count
    }
    // Replies come through the header function; without this, anything else would go to standard output.
    handle.set(CURLOPT_WRITEFUNCTION) { _, _, count, _ in count }
    return handle.status
  }

  private static func take(_ pointer: UnsafeMutableRawPointer?) -> SMTPTransfer {
    guard let pointer else { fatalError("libcurl lost the transfer") }
    return Unmanaged<SMTPTransfer>.fromOpaque(pointer).takeUnretainedValue()
  }

  private func fill(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
    let count = min(buffer.count, bytes.count - offset)
    buffer.copyBytes(from: bytes[offset..<offset + count])
    offset += count
    return count
  }

  private func receiveReply(_ line: UnsafeRawBufferPointer) {
    if line.first == UInt8(ascii: "4") || line.first == UInt8(ascii: "5") {
      refusal = String(decoding: line.prefix { $0 != 0x0d && $0 != 0x0a }, as: UTF8.self)
    } else if !line.starts(with: "221".utf8) {
      refusal = ""  // a refused EHLO, say, after which HELO went well
    }
  }

  override func finish(_ end: TransferEnd, _ handle: EasyHandle?) {
    switch end {
    case .done(CURLE_OK): completion(.success(()))
    case .done(let code): completion(.failure(error(code)))
    case .expired: completion(.failure(.transient("no connection was free in time")))
    case .cancelled: completion(.failure(.transient("cancelled")))
    case .closed: completion(.failure(.transient("the client was closed")))
    }
  }

  private func error(_ code: CURLcode) -> MailError {
    // Only a reply to MAIL, RCPT or DATA (libcurl's send error) or to the text itself is about this mail. A refused
    // greeting or log-in is about the server or its configuration, and must not cost the citizen the mail.
    let isAboutMail = code == CURLE_SEND_ERROR || code == CURLE_WEIRD_SERVER_REPLY && offset > 0
    guard isAboutMail, !refusal.isEmpty else { return .transient("\(text(of: code)) \(refusal)") }
    return refusal.hasPrefix("5") ? .permanent(refusal) : .transient(refusal)
  }
}
