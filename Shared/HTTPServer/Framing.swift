import CLibevent

/// A refusal that the server makes without asking the handler.
struct Fault: Error {
  var status: Int
  var detail: String

  init(_ status: Int, _ detail: String) {
    self.status = status
    self.detail = detail
  }
}

/// Copies a request out of evhttp and checks what decides where it ends and whom it is for (RFC 9112, sections 3.2 and
/// 6.3). evhttp takes the first of two lengths and lengths with a sign, and knows no bodies for GET: each would make the
/// rest of the body the next request.
func readRequest(_ request: OpaquePointer, gate: HeaderGate, remoteAddress: String) throws(Fault) -> HTTPRequest {
  guard let method = method(evhttp_request_get_command(request)) else { throw Fault(501, "unknown method") }
  guard let target = evhttp_request_get_uri(request) else { throw Fault(400, "malformed request line") }

  var headers = HTTPHeaders()
  headers.reserve(gate.fields)
  var lengths = 0
  var codings = 0
  var hosts = 0
  var hasBody = false
  var next = evhttp_first_header(evhttp_request_get_input_headers(request))
  while let field = next, headers.count < gate.fields {
    let name = String(cString: field.pointee.key)
    let value = String(cString: field.pointee.value)
    switch name.utf8.count {
    case 4 where sameName(name, "Host"):
      hosts += 1
    case 14 where sameName(name, "Content-Length"):
      lengths += 1
      guard isLength(value) else { throw Fault(400, "malformed Content-Length") }
      if value != "0" { hasBody = true }
    case 17 where sameName(name, "Transfer-Encoding"):
      codings += 1
      hasBody = true
      guard sameName(value, "chunked") else { throw Fault(501, "transfer coding other than chunked") }
    default: break
    }
    headers.add(name, value)
    next = evhttp_next_header(field)
  }
  guard hosts <= 1, hosts == 1 || !gate.isVersion11 else { throw Fault(400, "exactly one Host is required") }
  guard lengths + codings <= 1, codings == 0 || gate.isVersion11 else { throw Fault(400, "ambiguous body length") }
  guard !hasBody || takesBody(method) else { throw Fault(400, "\(method.rawValue) takes no body") }

  let (path, query) = try splitTarget(String(cString: target), method)
  return HTTPRequest(
    method: method, path: path, query: query, headers: headers, body: bytes(evhttp_request_get_input_buffer(request)),
    remoteAddress: remoteAddress)
}

private func method(_ command: evhttp_cmd_type) -> HTTPMethod? {
  switch command {
  case EVHTTP_REQ_GET: .get
  case EVHTTP_REQ_POST: .post
  case EVHTTP_REQ_PUT: .put
  case EVHTTP_REQ_PATCH: .patch
  case EVHTTP_REQ_DELETE: .delete
  case EVHTTP_REQ_HEAD: .head
  case EVHTTP_REQ_OPTIONS: .options
  default: nil
  }
}

/// The methods for which evhttp reads a body.
private func takesBody(_ method: HTTPMethod) -> Bool { method == .post || method == .put || method == .patch }

/// Digits only, and few enough for 64 bits.
private func isLength(_ value: String) -> Bool {
  !value.isEmpty && value.utf8.count <= 18 && value.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
}

/// Path and query of a request target in origin form, absolute form or `*` (RFC 9112, section 3.2).
private func splitTarget(_ target: String, _ method: HTTPMethod) throws(Fault) -> (path: String, query: String?) {
  if target == "*" && method == .options { return (target, nil) }
  var rest = target[...]
  if !rest.utf8.starts(with: "/".utf8) {
    guard let scheme = ["http://", "https://"].first(where: { sameName(String(target.prefix($0.count)), $0) }) else {
      throw Fault(400, "malformed request target")
    }
    let authority = rest.dropFirst(scheme.count)
    rest = authority[(authority.utf8.firstIndex { $0 == 0x2F || $0 == 0x3F } ?? authority.endIndex)...]
  }
  guard !rest.utf8.contains(0x23) else { throw Fault(400, "fragment in the request target") }
  guard let mark = rest.utf8.firstIndex(of: 0x3F) else { return (rest.isEmpty ? "/" : String(rest), nil) }
  let path = rest[..<mark]
  return (path.isEmpty ? "/" : String(path), String(rest[rest.utf8.index(after: mark)...]))
}

private func bytes(_ buffer: OpaquePointer?) -> [UInt8] {
  let count = evbuffer_get_length(buffer)
  if count == 0 { return [] }
  return [UInt8](unsafeUninitializedCapacity: count) { storage, initialized in
    initialized = max(0, evbuffer_copyout(buffer, storage.baseAddress, count))
  }
}
