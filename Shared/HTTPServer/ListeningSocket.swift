internal import CGlibc
import CLibevent
import Glibc

/// Binds one TCP socket for each loop thread to the configured address, all to the same port.
///
/// Several sockets need SO_REUSEPORT, with which the kernel would also let a second copy of the program share the port.
/// So the port is first bound without it, which fails while anybody has it.
func bindSockets(_ configuration: HTTPServerConfiguration) throws(HTTPServerError) -> (sockets: [Int32], port: UInt16) {
  let first = try bindSocket(configuration, port: configuration.port, isShared: false)
  let port = boundPort(first)
  if configuration.threads <= 1 { return ([first], port) }
  close(first)
  var sockets: [Int32] = []
  do throws(HTTPServerError) {
    for _ in 0..<configuration.threads { sockets.append(try bindSocket(configuration, port: port, isShared: true)) }
  } catch {
    for socket in sockets { close(socket) }
    throw error
  }
  return (sockets, port)
}

private func bindSocket(
  _ configuration: HTTPServerConfiguration, port: UInt16, isShared: Bool
) throws(HTTPServerError) -> Int32 {
  let address = configuration.address
  var hints = addrinfo()
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE
  hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
  var found: UnsafeMutablePointer<addrinfo>?
  guard getaddrinfo(address, String(port), &hints, &found) == 0, let info = found?.pointee else {
    throw .cannotListen(address: address, port: port, reason: "not a numeric address")
  }
  defer { freeaddrinfo(found) }
  let kind = info.ai_socktype | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
  let descriptor = socket(info.ai_family, kind, info.ai_protocol)
  guard descriptor >= 0 else { throw .outOfResources("socket: \(String(cString: strerror(errno)))") }
  setOption(descriptor, SOL_SOCKET, SO_REUSEADDR)
  if isShared { setOption(descriptor, SOL_SOCKET, SO_REUSEPORT) }
  // Accepted sockets inherit it: an event must not wait for the acknowledgement of the one before.
  setOption(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY)
  guard bind(descriptor, info.ai_addr, info.ai_addrlen) == 0 else {
    let error = listenError(errno, configuration, port: port)
    close(descriptor)
    throw error
  }
  return descriptor
}

/// Lets nobody else begin to connect: the kernel drops their SYN, and they try again after a second, when the socket is
/// closed and refuses them. Between the last look whether anybody waits and the closing somebody could come in else, whom
/// the closing would reset with his request. Who has begun before is not kept out.
///
/// A socket filter of classic BPF (Linux, networking/filter.rst), which here gets TCP segments from their header on.
func dropNewcomers(at socket: Int32) {
  let flags: UInt32 = 13
  let syn: UInt32 = 0x02
  var program = [
    sock_filter(code: UInt16(BPF_LD | BPF_B | BPF_ABS), jt: 0, jf: 0, k: flags),
    sock_filter(code: UInt16(BPF_JMP | BPF_JSET | BPF_K), jt: 0, jf: 1, k: syn),
    sock_filter(code: UInt16(BPF_RET | BPF_K), jt: 0, jf: 0, k: 0),
    sock_filter(code: UInt16(BPF_RET | BPF_K), jt: 0, jf: 0, k: .max),
  ]
  program.withUnsafeMutableBufferPointer { program in
    var filter = sock_fprog(len: UInt16(program.count), filter: program.baseAddress)
    // Where there are no filters the kernel has the last word, as before.
    setsockopt(socket, SOL_SOCKET, SO_ATTACH_FILTER, &filter, socklen_t(MemoryLayout<sock_fprog>.size))
  }
}

/// What a failed `bind` or `listen` means; the kernel may find out in either that the port is taken.
func listenError(_ code: Int32, _ configuration: HTTPServerConfiguration, port: UInt16) -> HTTPServerError {
  code == EADDRINUSE
    ? .addressInUse(address: configuration.address, port: port)
    : .cannotListen(address: configuration.address, port: port, reason: String(cString: strerror(code)))
}

private func setOption(_ socket: Int32, _ level: Int32, _ option: Int32) {
  var on: Int32 = 1
  setsockopt(socket, level, option, &on, socklen_t(MemoryLayout<Int32>.size))
}

/// The port is at the same place in the addresses of both families, in network byte order.
func boundPort(_ socket: Int32) -> UInt16 {
  var storage = sockaddr_storage()
  var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
  return withUnsafeMutableBytes(of: &storage) { bytes in
    guard let address = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self),
      getsockname(socket, address, &length) == 0
    else { return 0 }
    return UInt16(bytes[2]) << 8 | UInt16(bytes[3])
  }
}
