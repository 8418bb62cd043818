public import HTTPServer

/// Optimistic locking: who changes something says which version of it was read (RFC 9110, sections 8.8.3 and 13.1.1). The
/// entity tag is the version's number in quotes.
extension Request {
  /// The version that `If-Match` names.
  /// - Throws: `Problem` 428 without the field, 412 when no version can be meant by it.
  public func expectedVersion() throws(Problem) -> Int {
    guard let tag = http.headers["if-match"] else {
      throw Problem(
        428, "precondition-required", "Say which version you change",
        detail: "Send If-Match with the ETag that you read.")
    }
    guard tag.utf8.count > 2, tag.hasPrefix("\""), tag.hasSuffix("\""), let version = Int(tag.dropFirst().dropLast())
    else { throw .changedMeanwhile }
    return version
  }
}

extension Request {
  /// Whether the client says that it has this version already (RFC 9110, section 13.1.2).
  /// - Parameter tag: with its quotes.
  public func has(_ tag: String) -> Bool {
    let known = http.headers.all("if-none-match").flatMap { $0.split(separator: ",") }.map {
      $0.filter { !$0.isWhitespace }
    }
    return known.contains("*") || known.contains(tag) || known.contains("W/" + tag)
  }
}

extension Problem {
  /// 412: the thing is not in the version any more that the caller has read.
  public static let changedMeanwhile = Problem(
    412, "changed-meanwhile", "It was changed meanwhile", detail: "Read it again, and repeat the change.")
}

extension HTTPResponse {
  /// The same answer with the entity tag of a version.
  public func tagged(_ version: Int) -> HTTPResponse {
    var response = self
    response.headers["etag"] = "\"\(version)\""
    return response
  }
}
