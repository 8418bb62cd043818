// For `timeval`: which of the C modules defines it depends on the order in which the compiler happens to load them.
import CLibrdkafka
import COpenSSL
import Glibc

/// One TCP connection to a broker, within TLS where the settings ask for it. Its calls block, ten seconds each at most;
/// it belongs to one thread, on which SIGPIPE is blocked.
final class BrokerLink {
  private let socket: Int32
  private var context: OpaquePointer?
  private var tls: OpaquePointer?

  /// - Parameter authority: file of the certificates to trust; nil: those of the machine.
  init(host: String, port: UInt16, secured: Bool, authority: String?) throws(KafkaError) {
    socket = try Self.connect(host, port)
    if secured { try secure(host, authority) }
  }

  deinit {
    if let tls { SSL_free(tls) }
    if let context { SSL_CTX_free(context) }
    close(socket)
  }

  private static func connect(_ host: String, _ port: UInt16) throws(KafkaError) -> Int32 {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var found: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(host, String(port), &hints, &found)
    defer { if let found { freeaddrinfo(found) } }
    guard code == 0 else { throw failure("\(host): \(String(cString: gai_strerror(code)))") }
    var reason = "\(host): no address"
    var next = found
    while let address = next?.pointee {
      next = address.ai_next
      let socket = Glibc.socket(address.ai_family, address.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), 0)
      guard socket >= 0 else { continue }
      var limit = timeval(tv_sec: 10, tv_usec: 0)
      for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
        setsockopt(socket, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
      }
      if Glibc.connect(socket, address.ai_addr, address.ai_addrlen) == 0 { return socket }
      reason = "\(host):\(port): \(String(cString: strerror(errno)))"
      close(socket)
    }
    throw failure(reason)
  }

  private func secure(_ host: String, _ authority: String?) throws(KafkaError) {
    context = SSL_CTX_new(TLS_client_method())
    guard let context else { throw Self.failure("TLS cannot start") }
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
    let trusts =
      authority.map { SSL_CTX_load_verify_locations(context, $0, nil) } ?? SSL_CTX_set_default_verify_paths(context)
    guard trusts == 1 else { throw Self.failure("the certificates of \(authority ?? "this machine") cannot be read") }
    tls = SSL_new(context)
    guard let tls, SSL_set_fd(tls, socket) == 1 else { throw Self.failure("TLS cannot start") }
    // An address has no place in SNI (RFC 6066), and is looked for among the certificate's addresses.
    let isAddress = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls), host) == 1
    ERR_clear_error()
    guard isAddress || (SSL_set1_host(tls, host) == 1 && COpenSSL_set_server_name(tls, host) == 1) else {
      throw Self.failure("\(host) is no name that a certificate could have")
    }
    guard SSL_connect(tls) == 1 else {
      let verdict = SSL_get_verify_result(tls)
      let words =
        verdict == Int(X509_V_OK) ? Self.reason() : String(cString: X509_verify_cert_error_string(verdict))
      throw Self.failure("\(host): TLS: \(words)")
    }
  }

  func write(_ bytes: [UInt8]) throws(KafkaError) {
    var sent = 0
    while sent < bytes.count {
      let count: Int = bytes.withUnsafeBytes { whole in
        let part = UnsafeRawBufferPointer(rebasing: whole[sent...])
        if let tls { return Int(SSL_write(tls, part.baseAddress, Int32(clamping: part.count))) }
        return send(socket, part.baseAddress, part.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { throw Self.failure("the connection broke off while writing") }
      sent += count
    }
  }

  func read(_ count: Int) throws(KafkaError) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < count {
      let part = [UInt8](unsafeUninitializedCapacity: count - bytes.count) { buffer, filled in
        let got =
          if let tls {
            Int(SSL_read(tls, buffer.baseAddress, Int32(clamping: buffer.count)))
          } else {
            recv(socket, buffer.baseAddress, buffer.count, 0)
          }
        filled = max(got, 0)
      }
      guard !part.isEmpty else { throw Self.failure("the broker closed the connection, or did not answer in time") }
      bytes += part
    }
    return bytes
  }

  private static func failure(_ reason: String) -> KafkaError {
    KafkaError(code: .brokerTransportFailure, reason: reason)
  }

  /// The last words of OpenSSL on this thread.
  private static func reason() -> String {
    defer { ERR_clear_error() }
    guard let words = ERR_reason_error_string(ERR_peek_last_error()) else { return "no agreement" }
    return String(cString: words)
  }
}
