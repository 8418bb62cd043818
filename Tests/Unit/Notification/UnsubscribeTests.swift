import Contracts
import Crypto
import FoundationEssentials
import HTTPClient
import HTTPServer
import Postgres
import ServiceKit
import Testing

@testable import Notification

@Suite struct UnsubscribeTests {
  private let links = UnsubscribeLinks(key: [UInt8](repeating: 3, count: 32), publicURL: "https://forum.example")
  private static let scopes: [MailScope] = [
    .target(.task(Samples.proposal)), .target(.category(.foreignAffairs)), .target(.office(.strategyMeeting)),
    .digest(.daily), .digest(.weekly), .all,
  ]

  @Test(arguments: scopes) func aLinkSaysWhoAndWhatAgain(scope: MailScope) throws {
    let token = links.token(for: Samples.author, scope)
    let found = try #require(links.read(token))
    #expect(found.citizen == Samples.author && found.scope == scope)
    #expect(MailScope(scope.text) == scope)
    #expect(links.url(for: Samples.author, scope) == "https://forum.example/v1/unsubscriptions/\(token)")
  }

  @Test func oldLinksStayValid() {
    // Made by other code, of the first version. Whatever is changed, this must be read.
    let token = "JYAxw6nnaBwdySLLKxno408ZUcsaorAngsz3SJ0RzvE3gK13AliUkXA7RJA"
    #expect(links.token(for: Samples.author, .digest(.daily)) == token)
    #expect(links.read(token)?.scope == .digest(.daily))
  }

  @Test(arguments: scopes) func anAlteredLinkIsRefusedWhateverWasAltered(scope: MailScope) throws {
    let bytes = try #require(Base64URL.decode(links.token(for: Samples.author, scope)))
    for index in bytes.indices {
      for bit in 0..<8 {
        var altered = bytes
        altered[index] ^= 1 << bit
        #expect(links.read(Base64URL.encode(altered)) == nil)
      }
    }
    for length in 0..<bytes.count { #expect(links.read(Base64URL.encode(Array(bytes.prefix(length)))) == nil) }
    #expect(links.read(Base64URL.encode(bytes + [0])) == nil)
  }

  @Test(arguments: ["", "a", "!", "=", String(repeating: "A", count: 22), String(repeating: "A", count: 100_000), "가"])
  func whatIsNoLinkIsRefused(token: String) { #expect(links.read(token) == nil) }

  @Test func aLinkOfAnotherKeyIsRefused() {
    let others = UnsubscribeLinks(key: [UInt8](repeating: 4, count: 32), publicURL: "https://forum.example")
    #expect(links.read(others.token(for: Samples.author, .all)) == nil)
  }

  @Test func aLinkTellsNobodyWhoseItIs() throws {
    let bytes = try #require(Base64URL.decode(links.token(for: Samples.author, .all)))
    #expect(!String(decoding: bytes, as: UTF8.self).contains("all"))
    #expect(Array(bytes.suffix(19).prefix(16)) != Samples.author.bytes)
    let other = try #require(Base64URL.decode(links.token(for: Samples.author, .digest(.daily))))
    #expect(Array(other.dropFirst(16).prefix(16)) != Array(bytes.dropFirst(16).prefix(16)), "not linkable")
  }

  @Test func thePagesSayWhatIsStoppedAndAskFirst() throws {
    for scope in Self.scopes {
      let page = UnsubscribePage.question(scope, here: "/v1/unsubscriptions/T")
      guard case .bytes(let bytes) = page.body else { throw Problem.internalError }
      let html = String(decoding: bytes, as: UTF8.self)
      #expect(html.contains("<form method=\"post\" action=\"/v1/unsubscriptions/T\">"))
      #expect(html.ranges(of: "<form").count == 1, "what the link is for, and nothing more")
      #expect(!html.contains("<script") && !html.contains("<img"))
    }
    #expect(UnsubscribePage.unknown.status == 404)
  }

  @Test func everyMailCanBeStoppedWithOneClick() throws {
    let database = Database(
      PostgresConfiguration(host: "127.0.0.1", port: 1, database: "none", user: "nobody", applicationName: "none"))
    let queue = MailQueue(
      database: database, clock: .system, client: SMTPClient(url: "smtp://127.0.0.1:1"), from: "no-reply@forum.example",
      publicURL: "https://forum.example", links: links,
      figures: QueueFigures(.mail, kind: "mail", Metrics(), clock: .system), log: Log(service: "x", minimum: .error))
    for content in [
      ClaimedMail.Content.letter(Letter(subject: "s", text: "t")), .other(Letter.Words("h", "t")),
      .task(Letter.Words("h", "t"), title: "제목", Samples.proposal),
    ] {
      let mail = ClaimedMail(
        id: 1, attempt: 1, event: UUID(), citizen: Samples.author, email: "kim@example.org", language: .korean,
        content: content, cause: .target(.task(Samples.proposal)), queuedAt: Samples.time)
      let message = try queue.message(for: mail).composed()
      let text = String(decoding: message, as: UTF8.self)
      let url = links.url(for: Samples.author, .target(.task(Samples.proposal)))
      #expect(text.contains("\r\nList-Unsubscribe: <\(url)>\r\n"))
      #expect(text.contains("\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"))
    }
  }
}
