import Contracts
import Crypto
import FailPoints
import FoundationEssentials
import HTTPClient
import Postgres
import ServiceKit

/// The mails that are on their way.
struct MailQueue: Sendable {
  static let atOnce = 8

  let database: Database
  let clock: WallClock
  let client: SMTPClient
  /// The sender's address.
  let from: String
  let publicURL: String
  let links: UnsubscribeLinks
  let figures: QueueFigures
  let log: Log

  var sender: Sender<ClaimedMail> {
    Sender(
      atOnce: Self.atOnce, atMost: Self.atOnce, log: log,
      claim: { limit, _ in try await database.claimMail(limit, at: clock.now) },
      receiver: { $0.citizen.uuid }, send: { await send($0) })
  }

  private func send(_ mail: ClaimedMail) async {
    FailPoint.reach("mail-claimed")
    do {
      try await client.send(message(for: mail))
      FailPoint.reach("mail-sent")
      await settle(mail, .accepted, nil)
      FailPoint.reach("mail-settled")
    } catch {
      switch error {
      case .transient where Task.isCancelled:
        // If this fails, the claim expires by itself.
        try? await shielded { try await database.release(.mail, mail.id, attempt: mail.attempt) }
      case .transient(let reason): await settle(mail, .refusedForNow, reason)
      case .permanent(let reason): await settle(mail, .refusedForGood, reason)
      }
    }
  }

  func message(for mail: ClaimedMail) -> MailMessage {
    let stopURL = links.url(for: mail.citizen, mail.cause)
    let letter =
      switch mail.content {
      case .letter(let letter): letter
      case .task(let words, let title, let proposal):
        Letter(words, about: title, proposal, in: mail.language, publicURL: publicURL, stopURL: stopURL)
      case .other(let words): Letter(words, in: mail.language, stopURL: stopURL)
      }
    return MailMessage(
      from: from, fromName: mail.language == .korean ? "정부혁신국민포럼" : "Citizen Forum", to: mail.email,
      subject: letter.subject, text: letter.text,
      messageID: Self.messageID(event: mail.event, citizen: mail.citizen, from: from),
      date: Int(mail.queuedAt.timeIntervalSince1970),
      headers: [
        ("Auto-Submitted", "auto-generated"), ("List-Unsubscribe", "<\(stopURL)>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
      ])
  }

  /// The same for every attempt. The citizen in base64, since the part before the @ may have 64 characters.
  static func messageID(event: UUID, citizen: CitizenID, from: String) -> String {
    let domain = from.split(separator: "@").last ?? "forum.example"
    return "\(event.uuidString.lowercased()).\(Base64URL.encode(citizen.bytes))@\(domain)"
  }

  private func settle(_ mail: ClaimedMail, _ outcome: MailOutcome, _ error: String?) async {
    let verdict = outcome.verdict(afterAttempt: mail.attempt, chance: .random(in: 0...1))
    figures.count(verdict)
    // The server's reply may hold the address: it goes to the table, which is as private as the address, not to the log.
    if verdict == .failed { log.warning("mail failed", ["event": "\(mail.event)", "attempts": .int(mail.attempt)]) }
    do {
      try await shielded {
        let reason = error.map { String($0.unicodeScalars.filter { $0.value != 0 }.prefix(300)) }
        try await database.settle(
          .mail, mail.id, attempt: mail.attempt, verdict, error: reason, at: clock.now)
      }
    } catch { log.warning("mail not settled", ["event": "\(mail.event)", "error": "\(error)"]) }
  }
}
