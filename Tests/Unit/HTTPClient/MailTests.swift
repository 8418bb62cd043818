import FoundationEssentials
import HTTPClient
import Synchronization
import Testing

private func message(
  from: String = "forum@example.go.kr", to: String = "citizen@example.com", subject: String = "Hello",
  text: String = "a\nb\r\n.\n", headers: [(String, String)] = []
) -> MailMessage {
  MailMessage(
    from: from, to: to, subject: subject, text: text, messageID: "m1@forum.example.go.kr", date: 1_795_521_600,
    headers: headers)
}

@Suite struct MailMessageTests {
  @Test func composition() throws {
    let mail = message(headers: [("List-Unsubscribe", "<https://forum.example.go.kr/u/1>")])
    #expect(
      String(decoding: try mail.composed(), as: UTF8.self)
        == [
          "Date: Tue, 24 Nov 2026 12:00:00 +0000", "From: forum@example.go.kr", "To: citizen@example.com",
          "Message-ID: <m1@forum.example.go.kr>", "Subject: Hello",
          "List-Unsubscribe: <https://forum.example.go.kr/u/1>",
          "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: base64", "",
          "YQ0KYg0KLg0K", "",
        ].joined(separator: "\r\n"))
  }

  @Test func otherScripts() throws {
    var mail = message(subject: "제안이 접수되었습니다: 국민 참여 플랫폼 개선을 위한 제안 👍🏽", text: String(repeating: "가나다라마 ", count: 40))
    mail.fromName = "광장"
    let lines = String(decoding: try mail.composed(), as: UTF8.self).split(
      separator: "\r\n", omittingEmptySubsequences: false)
    #expect(lines.allSatisfy { $0.utf8.count <= 76 && $0.utf8.allSatisfy { $0 < 0x7f } })
    #expect(lines[1] == "From: =?UTF-8?B?6rSR7J6l?= <forum@example.go.kr>")
    let words = lines.filter { $0.contains("=?UTF-8?B?") }.dropFirst().map {
      String($0.split(separator: "?")[3])
    }
    #expect(words.count > 1)
    // Every word is whole characters by itself.
    let decoded = words.map { Data(base64Encoded: $0).flatMap { String(validating: $0, as: UTF8.self) } ?? "?" }
    #expect(decoded.joined() == mail.subject)
    let body = lines.drop { !$0.isEmpty }.joined()
    #expect(Data(base64Encoded: body).map { String(decoding: $0, as: UTF8.self) } == mail.text)
  }

  @Test(arguments: [
    ("", ""), ("=?UTF-8?Q?x?=", "=?UTF-8?B?PT9VVEYtOD9RP3g/PQ==?="), ("Re: a = b?", "Re: a = b?"),
    ("é", "=?UTF-8?B?w6k=?="),
  ])
  func subjects(subject: String, line: String) throws {
    let text = String(decoding: try message(subject: subject).composed(), as: UTF8.self)
    #expect(text.contains("\r\nSubject: \(line)\r\nMIME"))
  }

  @Test(arguments: [
    (0, "Thu, 01 Jan 1970 00:00:00 +0000"), (951_782_400, "Tue, 29 Feb 2000 00:00:00 +0000"),
    (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 +0000"), (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 +0000"),
    (1_798_761_599, "Thu, 31 Dec 2026 23:59:59 +0000"),
  ])
  func dates(seconds: Int, text: String) throws {
    var mail = message()
    mail.date = seconds
    #expect(String(decoding: try mail.composed(), as: UTF8.self).hasPrefix("Date: \(text)\r\n"))
  }

  @Test func injections() {
    let breaks = ["a\r\nBcc: x@example.com", "a\nb", "a\rb", "a\u{85}b", "a\0b", "a\r\n\r\nbody"]
    for text in breaks {
      let mails = [
        message(from: text), message(to: text), message(to: "x@example.com" + text), message(subject: text),
        message(headers: [("X", text)]), message(headers: [(text, "x")]),
      ]
      for mail in mails { #expect(throws: MailError.self) { try mail.composed() } }
      var mail = message()
      mail.messageID = text + "@example.com"
      #expect(throws: MailError.self) { try mail.composed() }
      mail = message()
      mail.fromName = text
      #expect(throws: MailError.self) { try mail.composed() }
    }
    for name in ["Bcc", "to", "SUBJECT", "Content-Type", "X Y", ""] {
      #expect(throws: MailError.self) { try message(headers: [(name, "x@example.com")]).composed() }
    }
    for date in [-1, Int.min, Int.max] {
      var mail = message()
      mail.date = date
      #expect(throws: MailError.self) { try mail.composed() }
    }
  }

  @Test func addresses() {
    for text in ["a@b.kr", "a.b+c_d@x-y.example.com", "o'hara@example.com", "1@2.3", "a@localhost"] {
      #expect(MailMessage.isAddress(text), "\(text)")
    }
    let long = String(repeating: "a", count: 65)
    for text in [
      "", "a", "@", "a@", "@b", "a@b@c", ".a@b", "a.@b", "a..b@c", "a@.b", "a@b.", "a@-b", "a@b-", "a b@c", "a@b c",
      "<a@b>", "a@b>", "\"a\"@b", "a@[127.0.0.1]", "시민@b", "a@시민", "a,b@c", "a@b,c@d", "\(long)@b", "a@\(long)",
      "a@b\n",
    ] {
      #expect(!MailMessage.isAddress(text), "\(text)")
    }
  }
}

@Suite(.timeLimit(.minutes(1))) struct SMTPClientTests {
  /// What the server heard, and what it answers to which command.
  private final class Log: Sendable {
    let lines = Mutex<[String]>([])
    func add(_ line: String) { lines.withLock { $0.append(line) } }
    func contains(_ line: String) -> Bool { lines.withLock { $0.contains(line) } }
  }

  private func withServer(
    _ answers: [String: String] = [:], _ body: (RawServer, Log, SMTPClient) async throws -> Void
  ) async throws {
    let log = Log()
    let server = RawServer { connection in
      connection.send(answers["greeting"] ?? "220 test\r\n")
      while let line = connection.line() {
        log.add(line)
        let command = line.prefix { $0 != " " && $0 != ":" }.uppercased()
        var answer = answers[command]
        if command == "EHLO" { answer = answer ?? "250-test\r\n250-SIZE 1000000\r\n250 AUTH PLAIN\r\n" }
        if command == "AUTH" && answer == nil {
          connection.send("334 \r\n")
          log.add(connection.line() ?? "")
          answer = "235 ok\r\n"
        }
        if command == "DATA" && answer == nil {
          connection.send("354 go\r\n")
          while let line = connection.line(), line != "." { log.add(line) }
          answer = answers["."]
        }
        if answer == "close" { return }
        connection.send(answer ?? (command == "QUIT" ? "221 bye\r\n" : "250 ok\r\n"))
      }
    }
    defer { server.stop() }
    try await body(server, log, SMTPClient(url: "smtp://127.0.0.1:\(server.port)", timeout: 5))
  }

  private func error(_ client: SMTPClient) async -> MailError? {
    do throws(MailError) {
      try await client.send(message(text: ".\n..\n가\n"))
      return nil
    } catch {
      return error
    }
  }

  private func isTransient(_ error: MailError?) -> Bool {
    if case .transient = error { true } else { false }
  }

  @Test func handsOver() async throws {
    try await withServer { server, log, client in
      for _ in 0..<3 { #expect(await error(client) == nil) }
      #expect(log.contains("RCPT TO:<citizen@example.com>"))
      #expect(log.lines.withLock { $0.contains { $0.hasPrefix("MAIL FROM:<forum@example.go.kr>") } })
      #expect(log.contains("Subject: Hello"))
      #expect(log.contains(Data(".\r\n..\r\n가\r\n".utf8).base64EncodedString()))
      #expect(server.connectionCount == 1)
    }
  }

  @Test(arguments: [
    ("greeting", "421 busy\r\n"), ("MAIL", "451 later\r\n"), ("RCPT", "450 mailbox busy\r\n"), ("DATA", "452 full\r\n"),
    (".", "451 try again\r\n"), ("AUTH", "535 no\r\n"), ("MAIL", "close"), (".", "close"), ("greeting", "554 no\r\n"),
  ])
  func transient(command: String, answer: String) async throws {
    try await withServer([command: answer]) { server, log, client in
      let client =
        command != "AUTH"
        ? client
        : SMTPClient(
          url: "smtp://127.0.0.1:\(server.port)", user: "u", password: "p", requiresTLS: false)
      #expect(isTransient(await error(client)))
    }
  }

  @Test(arguments: [
    ("MAIL", "550 no\r\n"), ("RCPT", "550 5.1.1 unknown\r\n"), ("DATA", "554 no\r\n"), (".", "550 spam\r\n"),
  ])
  func permanent(command: String, answer: String) async throws {
    try await withServer([command: answer]) { server, log, client in
      for _ in 0..<2 { #expect(await error(client) == .permanent(String(answer.dropLast()))) }
    }
  }

  /// Without TLS, a password is not sent unless the caller says so.
  @Test func passwordsNeedTLS() async throws {
    try await withServer { server, log, _ in
      let url = "smtp://127.0.0.1:\(server.port)"
      #expect(isTransient(await error(SMTPClient(url: url, user: "u", password: "p"))))
      #expect(!log.lines.withLock { $0.contains { $0.hasPrefix("AUTH") || $0.hasPrefix("MAIL") } })
      #expect(await error(SMTPClient(url: url, user: "u", password: "p", requiresTLS: false)) == nil)
      #expect(log.contains("AHUAcA=="))
    }
  }

  @Test func silence() async throws {
    let server = RawServer { $0.drain() }
    defer { server.stop() }
    let client = SMTPClient(url: "smtp://127.0.0.1:\(server.port)", timeout: 0.3)
    #expect(isTransient(await error(client)))
    #expect(isTransient(await error(SMTPClient(url: "http://127.0.0.1:\(server.port)", timeout: 1))))
  }
}
