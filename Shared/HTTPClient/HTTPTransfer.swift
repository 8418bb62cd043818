import CLibcurl
import Glibc

/// One HTTP exchange on a handle.
final class HTTPTransfer: Transfer, @unchecked Sendable {
  private static let maximumHeaderBytes = 64 * 1024

  private let request: ClientRequest
  private let userAgent: String
  private let completion: @Sendable (Result<ClientResponse, ClientError>) -> Void
  private let fields = StringList()
  private var headers: [(String, String)] = []
  private var headerBytes = 0
  private var body: [UInt8] = []
  private var refused: IPAddress?
  private var isTooLarge = false

  init(
    _ request: ClientRequest, userAgent: String,
    completion: @escaping @Sendable (Result<ClientResponse, ClientError>) -> Void
  ) {
    self.request = request
    self.userAgent = userAgent
    self.completion = completion
    super.init(timeout: request.timeout)
  }

  override func prepare(_ handle: EasyHandle) -> CURLcode {
    let me = Unmanaged.passUnretained(self).toOpaque()  // the loop holds this object until `finish`
    handle.setCommonOptions(timeoutMilliseconds: remainingMilliseconds)
    handle.set(CURLOPT_URL, request.url)
    handle.set(CURLOPT_PROTOCOLS_STR, "http,https")
    handle.set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
    handle.set(CURLOPT_PATH_AS_IS, 1)
    handle.set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
    handle.set(CURLOPT_FOLLOWLOCATION, 0)
    handle.set(CURLOPT_USERAGENT, userAgent)
    setMethod(handle)
    setFields(handle)
    handle.set(CURLOPT_HEADERDATA, pointer: me)
    handle.set(CURLOPT_HEADERFUNCTION) { bytes, _, count, me in
      HTTPTransfer.take(me).receiveHeader(UnsafeRawBufferPointer(start: bytes, count: count)) ? count : 0
    }
    handle.set(CURLOPT_WRITEDATA, pointer: me)
    handle.set(CURLOPT_WRITEFUNCTION) { bytes, _, count, me in
      HTTPTransfer.take(me).receiveBody(UnsafeRawBufferPointer(start: bytes, count: count)) ? count : 0
    }
    if !request.allowedAddresses.isUnrestricted { setAddressChecks(handle, me) }
    return handle.status
  }

  private func setMethod(_ handle: EasyHandle) {
    if request.method == "HEAD" {
      handle.set(CURLOPT_NOBODY, 1)
    } else if request.body.isEmpty && request.method == "GET" {
      handle.set(CURLOPT_HTTPGET, 1)
    } else {
      // An empty POST says "Content-Length: 0"; other methods without a body say nothing.
      if request.method == "POST" || !request.body.isEmpty {
        handle.set(CURLOPT_POST, 1)
        handle.set(CURLOPT_POSTFIELDSIZE_LARGE, offset: request.body.count)
        request.body.withUnsafeBytes {
          handle.set(CURLOPT_COPYPOSTFIELDS, pointer: UnsafeMutableRawPointer(mutating: $0.baseAddress))
        }
      }
      handle.set(CURLOPT_CUSTOMREQUEST, request.method)
    }
  }

  private func setFields(_ handle: EasyHandle) {
    // libcurl would add these: a wrong type to every body, and a pause before long ones.
    if !request.headers.contains(where: { sameASCII($0.0, "content-type") }) { fields.append("Content-Type:") }
    if !request.headers.contains(where: { sameASCII($0.0, "expect") }) { fields.append("Expect:") }
    for (name, value) in request.headers {
      fields.append(value.utf8.allSatisfy { $0 == 0x20 || $0 == 0x09 } ? name + ";" : name + ": " + value)
    }
    handle.set(CURLOPT_HTTPHEADER, fields)
  }

  private func setAddressChecks(_ handle: EasyHandle, _ me: UnsafeMutableRawPointer) {
    handle.set(CURLOPT_OPENSOCKETDATA, pointer: me)
    handle.keep(
      CLibcurl_set_open_socket(handle.pointer) { me, _, address in
        guard let address else { return -1 }
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = Int(CLibcurl_address_bytes(address, &bytes))
        guard HTTPTransfer.take(me).mayConnect(IPAddress(bytes: Array(bytes.prefix(count)))) else { return -1 }
        let wanted = address.pointee
        return socket(wanted.family, wanted.socktype | Int32(SOCK_CLOEXEC.rawValue), wanted.`protocol`)
      })
    // A kept connection may have been opened under another policy.
    handle.set(CURLOPT_PREREQDATA, pointer: me)
    handle.keep(
      CLibcurl_set_before_request(handle.pointer) { me, address, _, _, _ in
        let address = address.flatMap { IPAddress(String(cString: $0)) }
        return HTTPTransfer.take(me).mayConnect(address) ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
      })
  }

  private static func take(_ pointer: UnsafeMutableRawPointer?) -> HTTPTransfer {
    guard let pointer else { fatalError("libcurl lost the transfer") }
    return Unmanaged<HTTPTransfer>.fromOpaque(pointer).takeUnretainedValue()
  }

  private func mayConnect(_ address: IPAddress?) -> Bool {
    if let address, request.allowedAddresses.allows(address) { return true }
    refused = address ?? IPAddress("0.0.0.0")
    return false
  }

  private func receiveHeader(_ line: UnsafeRawBufferPointer) -> Bool {
    headerBytes += line.count
    guard headerBytes <= Self.maximumHeaderBytes else {
      isTooLarge = true
      return false
    }
    if line.starts(with: "HTTP/".utf8) {
      headers.removeAll()  // what came before was an interim answer (1xx)
    } else if body.isEmpty, let colon = line.firstIndex(of: UInt8(ascii: ":")) {
      // Trailer fields come after the body and are left out: nobody asked for them.
      let value = line[(colon + 1)...].drop { $0 <= 0x20 }
      let end = value.lastIndex { $0 > 0x20 }.map { $0 + 1 } ?? value.startIndex
      headers.append(
        (String(decoding: line[..<colon], as: UTF8.self), String(decoding: value[..<end], as: UTF8.self)))
    }
    return true
  }

  private func receiveBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard bytes.count <= request.maximumResponseBytes - body.count else {
      isTooLarge = true
      return false
    }
    body.append(contentsOf: bytes)
    return true
  }

  override func finish(_ end: TransferEnd, _ handle: EasyHandle?) {
    switch end {
    case .done(CURLE_OK):
      let status = handle?.info(CURLINFO_RESPONSE_CODE) ?? 0
      completion(.success(ClientResponse(status: status, headers: headers, body: body)))
    case .done(let code):
      completion(.failure(error(code, wasSent: handle.map { $0.info(CURLINFO_REQUEST_SIZE) > 0 } ?? false)))
    case .expired: completion(.failure(.connectionFailed("no connection was free in time")))
    case .cancelled: completion(.failure(.cancelled))
    case .closed: completion(.failure(.closed))
    }
  }

  private func error(_ code: CURLcode, wasSent: Bool) -> ClientError {
    if isTooLarge { return .responseTooLarge }
    switch code {
    case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL, CURLE_LOGIN_DENIED: return .invalidURL
    case CURLE_COULDNT_CONNECT, CURLE_ABORTED_BY_CALLBACK:
      if let refused { return .refusedAddress(refused.description) }
    case CURLE_OPERATION_TIMEDOUT:
      if wasSent { return .timedOut }
    default: break
    }
    return wasSent ? .connectionLost(text(of: code)) : .connectionFailed(text(of: code))
  }
}
