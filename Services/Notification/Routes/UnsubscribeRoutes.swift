import Contracts
import FoundationEssentials
import HTTPServer
import Postgres
import ServiceKit

/// How mail is stopped by a link in it, without a log-in (RFC 8058).
struct Unsubscriptions: Sendable {
  let database: Database
  let clock: WallClock
  let links: UnsubscribeLinks

  /// `GET /v1/unsubscriptions/{token}`: a page with a button. It changes nothing: programs that look through mail open
  /// every link. It offers what the link is for and nothing more: a letter that is handed on must not hand on the right
  /// to have the address forgotten. 404 for a link that we have not made.
  func show(_ request: Request) async throws -> Response {
    guard let (_, scope) = read(request) else { return UnsubscribePage.unknown }
    return UnsubscribePage.question(scope, here: request.http.path)
  }

  /// `POST /v1/unsubscriptions/{token}`: this mail is not sent any more, what waits included; 200 with a page, also when
  /// it was stopped before. Neither cookies nor the body matter. 404 for a link that we have not made.
  func stop(_ request: Request) async throws -> Response {
    guard let (citizen, scope) = read(request) else { return UnsubscribePage.unknown }
    try await database.transaction { try await $0.stop(scope, for: citizen, at: clock.now) }
    return UnsubscribePage.done(scope)
  }

  private func read(_ request: Request) -> (citizen: CitizenID, scope: MailScope)? {
    request.parameters["token"].flatMap(links.read)
  }
}

/// The pages behind the links, in both languages: a link does not say which one its reader wants.
enum UnsubscribePage {
  static let unknown = page(
    404, "이 링크는 올바르지 않습니다. 메일의 링크를 끝까지 복사해 주세요.",
    "This link is not one of ours, or a part of it is missing. Please copy the whole link from your mail.")

  static func question(_ scope: MailScope, here: String) -> Response {
    let (korean, english) = names(of: scope)
    return page(
      200, "\(korean) 메일을 그만 받으시겠습니까?", "Do you want no more mail \(english)?",
      form(to: here, "그만 받기 · Stop this mail"))
  }

  static func done(_ scope: MailScope) -> Response {
    let (korean, english) = names(of: scope)
    return page(
      200, "이제 \(korean) 메일을 보내지 않습니다." + (scope == .all ? " 메일 주소도 지웠습니다." : ""),
      "You get no more mail \(english)." + (scope == .all ? " We have forgotten your address." : ""))
  }

  private static func names(of scope: MailScope) -> (korean: String, english: String) {
    switch scope {
    case .target(let target):
      switch target.kind {
      case .task: ("이 과제에 대한", "about this task")
      case .category:
        Category(rawValue: target.subject).map { ("‘\($0.korean)’ 분야의", "about the category “\($0.english)”") }
          ?? ("이 분야의", "about this category")
      case .office: ("이 기관의 과제에 대한", "about the tasks of this office")
      }
    case .digest(let frequency):
      frequency == .weekly ? ("주간 소식", "with the weekly digest") : ("일간 소식", "with the daily digest")
    case .all: ("포럼의 모든", "of the Forum at all")
    }
  }

  private static func form(to address: String, _ label: String) -> String {
    "<form method=\"post\" action=\"\(address)\"><p><button>\(label)</button></p></form>"
  }

  /// Every part of the text is our own.
  private static func page(_ status: Int, _ korean: String, _ english: String, _ forms: String = "") -> Response {
    let html = """
      <!DOCTYPE html><html lang="ko"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">\
      <meta name="robots" content="noindex"><title>정부혁신국민포럼 · Citizen Forum</title></head>\
      <body><main><h1>\(korean)</h1><p lang="en">\(english)</p>\(forms)</main></body></html>
      """
    return HTTPResponse(
      status: status,
      headers: [
        "content-type": "text/html; charset=utf-8", "cache-control": "no-store", "referrer-policy": "no-referrer",
        "content-security-policy": "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
      ], body: .bytes(Array(html.utf8)))
  }
}
