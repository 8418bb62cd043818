import Contracts
import FoundationEssentials
import HTTPClient
import Testing

@testable import Notification

@Suite struct ScheduleTests {
  @Test func webhooksFollowTheStandard() {
    let pauses = (1...10).map { Schedule.webhook.pause(after: $0, chance: 0.5) }
    #expect(pauses == [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400, nil])
  }

  @Test func mailIsTriedForMoreThanADay() {
    let pauses = (1...8).map { Schedule.mail.pause(after: $0, chance: 0.5) }
    #expect(pauses == [10, 60, 300, 1_800, 7_200, 21_600, 86_400, nil])
  }

  @Test func pausesAreSpreadByATenthEachWay() throws {
    let least = try #require(Schedule.webhook.pause(after: 2, chance: 0))
    let most = try #require(Schedule.webhook.pause(after: 2, chance: 1))
    #expect(abs(least - 270) < 0.001 && abs(most - 330) < 0.001)
  }

  @Test func noAttemptNumberCanCrashIt() {
    for attempt in [Int.min, -1, 0, 11, Int.max] {
      #expect(Schedule.webhook.pause(after: attempt, chance: 0.5) == nil)
    }
  }
}

@Suite struct VerdictTests {
  private func after(_ attempt: Int, _ outcome: WebhookOutcome) -> Verdict {
    outcome.verdict(afterAttempt: attempt, chance: 0.5)
  }

  @Test(arguments: [200, 201, 202, 204, 299])
  func everySuccessEndsIt(status: Int) {
    #expect(after(1, .answered(status, retryAfter: 60)) == .delivered)
    #expect(after(10, .answered(status, retryAfter: nil)) == .delivered)
  }

  @Test(arguments: [301, 302, 307, 308, 400, 401, 404, 500, 502, 504])
  func everythingElseIsTriedAgainAndThenGivenUp(status: Int) {
    #expect(after(1, .answered(status, retryAfter: nil)) == .again(after: 5))
    #expect(after(9, .answered(status, retryAfter: nil)) == .again(after: 86_400))
    #expect(after(10, .answered(status, retryAfter: nil)) == .failed)
    #expect(after(11, .answered(status, retryAfter: nil)) == .failed)
  }

  @Test func noAnswerIsTriedAgainAndThenGivenUp() {
    #expect(after(2, .unanswered) == .again(after: 300))
    #expect(after(10, .unanswered) == .failed)
  }

  @Test(arguments: [1, 5, 10]) func goneDisablesTheReceiver(attempt: Int) {
    #expect(after(attempt, .answered(410, retryAfter: nil)) == .receiverGone)
  }

  @Test(arguments: [429, 503]) func aReceiverGetsThePauseItAsksFor(status: Int) {
    #expect(after(1, .answered(status, retryAfter: 120)) == .again(after: 120))
    #expect(after(2, .answered(status, retryAfter: 1)) == .again(after: 300), "never sooner than the schedule")
    #expect(after(1, .answered(status, retryAfter: 1e9)) == .again(after: 86_400), "never for ever")
    #expect(after(1, .answered(status, retryAfter: nil)) == .again(after: 5))
    #expect(after(10, .answered(status, retryAfter: 120)) == .failed)
  }

  @Test func otherAnswersCannotAskForAPause() {
    #expect(after(1, .answered(500, retryAfter: 120)) == .again(after: 5))
  }

  @Test func mailEndsWithAcceptanceOrARefusalForGood() {
    #expect(MailOutcome.accepted.verdict(afterAttempt: 3, chance: 0.5) == .delivered)
    #expect(MailOutcome.refusedForGood.verdict(afterAttempt: 1, chance: 0.5) == .failed)
    #expect(MailOutcome.refusedForNow.verdict(afterAttempt: 1, chance: 0.5) == .again(after: 10))
    #expect(MailOutcome.refusedForNow.verdict(afterAttempt: 8, chance: 0.5) == .failed)
  }
}

@Suite struct RetryAfterTests {
  private let now = Date(timeIntervalSince1970: 1_795_512_600)

  @Test func secondsAreRead() {
    #expect(RetryAfter.seconds("120", now: now) == 120)
    #expect(RetryAfter.seconds(" 0", now: now) == 0)
  }

  @Test func datesAreRead() {
    #expect(RetryAfter.seconds("Tue, 24 Nov 2026 09:31:30 GMT", now: now) == 90)
    #expect(RetryAfter.seconds("Sun, 06 Nov 1994 08:49:37 GMT", now: now) == 0)
  }

  @Test(arguments: [
    "", "-1", "1.5", "soon", "1e9", "99999999999999999999", "Tue, 24 Nov 2026 09:31:30", "24 Nov 2026 09:31:30 GMT",
    "Tue, 24 Foo 2026 09:31:30 GMT", "Tue, 99 Nov 2026 09:31:30 GMT", "Tue, 24 Nov 2026 99:31:30 GMT", "١٢",
  ])
  func everythingElseIsIgnored(text: String) {
    #expect(RetryAfter.seconds(text, now: now) == nil)
  }
}

@Suite struct MessageIDTests {
  @Test func itIsTheSameForEveryAttemptAndFitsAMail() throws {
    let event = UUID()
    let id = MailQueue.messageID(event: event, citizen: Samples.author, from: "no-reply@forum.example")
    #expect(id == MailQueue.messageID(event: event, citizen: Samples.author, from: "no-reply@forum.example"))
    #expect(id.hasPrefix(event.uuidString.lowercased() + "."))
    #expect(id.hasSuffix("@forum.example"))
    #expect(MailMessage.isAddress(id))
    #expect(id != MailQueue.messageID(event: event, citizen: CitizenID(), from: "no-reply@forum.example"))
  }

  @Test(arguments: Samples.occasions, Language.allCases)
  func everyLetterCanBeSent(occasion: Occasion, language: Language) throws {
    for words in Audience.allCases.compactMap({ Letter.Words(for: occasion, to: $0, in: language) }) {
      let letter = Letter(
        words, about: String(repeating: "가", count: 80), Samples.proposal, in: language,
        publicURL: "https://forum.example", stopURL: "https://forum.example/stop")
      let message = MailMessage(
        from: "no-reply@forum.example", to: "kim@example.org", subject: letter.subject, text: letter.text,
        messageID: MailQueue.messageID(event: UUID(), citizen: Samples.author, from: "no-reply@forum.example"),
        date: 0)
      #expect(throws: Never.self) { try message.composed() }
    }
  }
}
