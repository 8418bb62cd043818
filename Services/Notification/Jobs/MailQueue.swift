import Contracts
import Crypto
import FoundationEssentials
import HTTPClient
import Postgres
import ServiceKit

/// The mails to authors.
struct MailQueue: Sendable {
  static let atOnce = 8

  let database: Database
  let clock: WallClock
  let client: SMTPClient
  /// The sender's address.
  let from: String
  let figures: QueueFigures
  let log: Log

  var sender: Sender<ClaimedMail> {
    Sender(
      atOnce: Self.atOnce, log: log, claim: { limit, _ in try await database.claimMail(limit, at: clock.now) },
      receiver: { $0.citizen.uuid }, send: { await send($0) })
  }

  private func send(_ mail: ClaimedMail) async {
    do {
      try await client.send(message(for: mail))
      await settle(mail, .accepted, nil)
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

  private func message(for mail: ClaimedMail) -> MailMessage {
    MailMessage(
      from: from, fromName: mail.language == .korean ? "정부혁신국민포럼" : "Citizen Forum", to: mail.email,
      subject: mail.letter.subject, text: mail.letter.text,
      messageID: Self.messageID(event: mail.event, citizen: mail.citizen, from: from),
      date: Int(mail.queuedAt.timeIntervalSince1970), headers: [("Auto-Submitted", "auto-generated")])
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
