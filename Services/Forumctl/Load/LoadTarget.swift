import FoundationEssentials
import Glibc

/// Where the Forum listens, resolved once.
struct LoadTarget: @unchecked Sendable {
  /// As in the header Host.
  let host: String
  /// In front of `/v1`: empty, or beginning with a slash and ending without one.
  let basePath: String
  let family: Int32
  // Bytes as the kernel takes them; never changed, hence `@unchecked Sendable`.
  private let address: sockaddr_storage
  private let addressLength: socklen_t

  /// - Throws: `Failure` for anything but http, and when the name is not known.
  init(_ text: String) throws {
    guard let url = URLComponents(string: text), let name = url.host, !name.isEmpty else {
      throw Failure("\(text) is no address")
    }
    guard url.scheme == "http" else { throw Failure("\(text): the load is sent over http only, past the edge's TLS") }
    let port = url.port ?? 80
    host = port == 80 ? name : "\(name):\(port)"
    var path = url.path
    while path.hasSuffix("/") { path.removeLast() }
    basePath = path
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = AI_NUMERICSERV
    var found: UnsafeMutablePointer<addrinfo>?
    let bare = name.hasPrefix("[") ? String(name.dropFirst().dropLast()) : name
    let status = getaddrinfo(bare, String(port), &hints, &found)
    defer { if let found { freeaddrinfo(found) } }
    guard status == 0, let info = found?.pointee, let source = info.ai_addr else {
      throw Failure("\(name): \(String(cString: gai_strerror(status)))")
    }
    family = info.ai_family
    addressLength = info.ai_addrlen
    var storage = sockaddr_storage()
    withUnsafeMutableBytes(of: &storage) {
      $0.copyMemory(from: UnsafeRawBufferPointer(start: source, count: min(Int(info.ai_addrlen), $0.count)))
    }
    address = storage
  }

  /// A socket on its way to the target; nil when the kernel refuses at once.
  func connect() -> Int32? {
    let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    let descriptor = socket(family, kind, 0)
    guard descriptor >= 0 else { return nil }
    var on: Int32 = 1
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    let status = withUnsafeBytes(of: address) { bytes in
      bytes.baseAddress.map { Glibc.connect(descriptor, $0.assumingMemoryBound(to: sockaddr.self), addressLength) }
        ?? -1
    }
    if status == 0 || errno == EINPROGRESS { return descriptor }
    close(descriptor)
    return nil
  }
}
