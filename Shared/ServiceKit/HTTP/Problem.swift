import Contracts
import FoundationEssentials
public import HTTPServer

/// Why a request is not fulfilled, as the client is told: problem details of RFC 9457.
public struct Problem: Error, Sendable, Equatable {
  /// One thing wrong with the request body.
  public struct FieldError: Sendable, Equatable, Encodable {
    /// JSON pointer into the body (RFC 6901), for example `#/title`.
    public let pointer: String
    /// What is wrong, to be read after the field's name: "must not be empty".
    public let detail: String
    /// Where in the field, if it is one place of it.
    public let characters: Span?

    /// A part of a text, in characters as a reader sees them, the first is 0.
    public struct Span: Sendable, Equatable, Encodable {
      /// The first character.
      public let from: Int
      /// The first behind it.
      public let to: Int
    }

    /// A fault at a JSON pointer, and there at some characters.
    public init(_ pointer: String, _ detail: String, at characters: Range<Int>? = nil) {
      self.pointer = pointer
      self.detail = detail
      self.characters = characters.map { Span(from: $0.lowerBound, to: $0.upperBound) }
    }
  }

  /// HTTP status.
  public let status: Int
  /// Last part of the problem type's address.
  public let code: String
  /// The same for every occurrence of the code.
  public let title: String
  /// What happened this time, for people; nil when the title says all.
  public let detail: String?
  /// What is wrong with the body, field by field; empty unless the status is 422.
  public let errors: [FieldError]
  /// Seconds after which trying again makes sense.
  public let retryAfter: Int?
  /// Address of what is there already, where that is why.
  public let existing: String?

  /// A problem of a kind that has no function below.
  public init(
    _ status: Int, _ code: String, _ title: String, detail: String? = nil, errors: [FieldError] = [],
    retryAfter: Int? = nil, existing: String? = nil
  ) {
    self.status = status
    self.code = code
    self.title = title
    self.detail = detail
    self.errors = errors
    self.retryAfter = retryAfter
    self.existing = existing
  }

  /// 400: syntax, or a parameter of the query string.
  public static func badRequest(_ detail: String) -> Problem {
    Problem(400, "bad-request", "The request cannot be read", detail: detail)
  }
  /// 422: the body could be read, and these of its fields break a rule.
  public static func invalid(_ errors: [FieldError]) -> Problem {
    Problem(422, "invalid", "The request does not meet the rules", errors: errors)
  }
  /// 404: there is no such thing, or none of the caller's.
  public static func notFound(_ detail: String) -> Problem {
    Problem(404, "not-found", "There is no such thing", detail: detail)
  }
  /// 401: no token, or one that does not hold (RFC 6750).
  public static let unauthorized = Problem(
    401, "unauthorized", "A valid access token is needed")
  /// 403: the caller is known, and may not do this.
  public static func forbidden(_ detail: String) -> Problem {
    Problem(403, "forbidden", "You may not do this", detail: detail)
  }
  /// 409: the request is right in itself, but not as things stand.
  /// - Parameters:
  ///   - code: last part of the problem type's address.
  ///   - existing: address of what is there already, where that is why.
  public static func conflict(_ code: String, _ detail: String, existing: String? = nil) -> Problem {
    Problem(409, code, "The state does not allow this", detail: detail, existing: existing)
  }
  /// Something that the service needs is away for now; the request was not fulfilled.
  public static func unavailable(_ detail: String, retryAfter: Int = 1) -> Problem {
    Problem(503, "unavailable", "Try again later", detail: detail, retryAfter: retryAfter)
  }
  /// Says nothing about the cause: that stands in the log.
  public static let internalError = Problem(500, "internal", "Something went wrong on our side")

  /// The response: `application/problem+json`.
  public var response: HTTPResponse {
    struct Document: Encodable {
      let type: String
      let title: String
      let status: Int
      let detail: String?
      let errors: [FieldError]?
      let existing: String?
    }
    let document = Document(
      type: "https://forum.example/problems/\(code)", title: title, status: status, detail: detail,
      errors: errors.isEmpty ? nil : errors, existing: existing)
    var headers: HTTPHeaders = ["content-type": "application/problem+json", "cache-control": "no-store"]
    if let retryAfter { headers.add("retry-after", String(retryAfter)) }
    if status == 401 { headers.add("www-authenticate", "Bearer") }
    // Encoding strings and integers cannot fail; an empty body would still carry the status.
    return HTTPResponse(status: status, headers: headers, body: .bytes((try? JSON.encode(document)) ?? []))
  }
}
