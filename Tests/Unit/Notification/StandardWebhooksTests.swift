import Contracts
import Crypto
import FoundationEssentials
import HTTPClient
import ServiceKit
import Testing

@testable import Notification

@Suite struct StandardWebhooksTests {
  @Test func signaturesAreThoseOfTheStandard() throws {
    let secret = WebhookSecret(bytes: try #require(Base64.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")))
    #expect(secret.text == "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    let signature = secret.signature(
      id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: 1_614_265_330, body: Array("{\"test\": 2432232314}".utf8))
    #expect(signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
  }

  @Test func everyWebhookHasItsOwnSecretAndAlwaysTheSame() {
    let key = [UInt8](repeating: 7, count: 32)
    let webhook = WebhookID()
    let secret = WebhookSecret(of: webhook, key: key)
    #expect(secret.bytes.count == 32)
    #expect(secret.bytes == WebhookSecret(of: webhook, key: key).bytes)
    #expect(secret.bytes != WebhookSecret(of: WebhookID(), key: key).bytes)
    #expect(secret.bytes != WebhookSecret(of: webhook, key: [UInt8](repeating: 8, count: 32)).bytes)
    #expect(secret.text.hasPrefix("whsec_"))
  }

  @Test func theAsymmetricSignatureIsThatOfTheStandard() throws {
    let key = [UInt8](repeating: 7, count: 32)
    let webhook = WebhookID()
    let keys = try WebhookKeys(of: webhook, number: 1, key: key)
    #expect(keys.secret.bytes == WebhookSecret(of: webhook, key: key).bytes, "the first is that of before rotations")
    let signatures = keys.signatures(id: "msg_1", timestamp: 1_614_265_330, body: Array("{}".utf8)).split(
      separator: " ")
    #expect(signatures.count == 2)
    #expect(signatures[0] == keys.secret.signature(id: "msg_1", timestamp: 1_614_265_330, body: Array("{}".utf8)))
    #expect(keys.publicKey.hasPrefix("whpk_") && signatures[1].hasPrefix("v1a,"))
    let point = try #require(Base64.decode(keys.publicKey.dropFirst(5)))
    let signature = try #require(Base64.decode(signatures[1].dropFirst(4)))
    let receiver = try Ed25519PublicKey(bytes: point)
    #expect(receiver.isValid(signature, for: Array("msg_1.1614265330.{}".utf8)))
    for other in ["msg_1.1614265330.{ }", "msg_2.1614265330.{}", "msg_1.1614265331.{}"] {
      #expect(!receiver.isValid(signature, for: Array(other.utf8)))
    }
  }

  @Test func aRotationGivesOtherKeysAndTheOldOnesSignForADay() throws {
    let key = [UInt8](repeating: 7, count: 32)
    let webhook = Webhook(id: WebhookID(), owner: CitizenID(), url: "u", events: ["*"], createdAt: Samples.time)
    let rotated = webhook.rotated(at: Samples.time)
    let twice = rotated.rotated(at: Samples.time)
    func numbers(_ webhook: Webhook, after seconds: Double) -> [Int] {
      Webhook.secrets(
        webhook.secretNumber, formerUntil: webhook.formerSecretUntil, at: Samples.time.addingTimeInterval(seconds))
    }
    #expect(numbers(webhook, after: 0) == [1])
    #expect(numbers(rotated, after: 0) == [2, 1] && numbers(rotated, after: 86_399) == [2, 1])
    #expect(numbers(rotated, after: 86_400) == [2])
    #expect(numbers(twice, after: 0) == [3, 2], "what is older does not sign any more")
    let all = try (1...3).map { try WebhookKeys(of: webhook.id, number: $0, key: key) }
    #expect(Set(all.map(\.secret.bytes)).count == 3 && Set(all.map(\.publicKey)).count == 3)
  }

  @Test func anIdIsReadAsItIsWritten() throws {
    let event = UUID()
    #expect(WebhookMessage.event(of: WebhookMessage.id(of: event)) == event)
    for text in ["", "evt_", "evt_x", event.uuidString, "evt_\(event.uuidString)x"] {
      #expect(WebhookMessage.event(of: text) == nil, "\(text)")
    }
  }

  @Test func aReceiverThatTakesNothingIsWatchedForDays() {
    func step(_ days: Double, warned: Bool) -> FailingReceiver.Step {
      FailingReceiver.step(since: Samples.time, warned: warned, at: Samples.time.addingTimeInterval(days * 86_400))
    }
    #expect(step(0, warned: false) == .none && step(0.99, warned: false) == .none)
    #expect(step(1, warned: false) == .warn && step(1, warned: true) == .none)
    #expect(step(4.9, warned: true) == .none && step(5, warned: true) == .disable && step(9, warned: false) == .disable)
    // A delivery is given up before its webhook is.
    #expect(Schedule.webhook.pauses.reduce(0, +) * 1.1 < FailingReceiver.disabledAfter)
  }

  @Test func theOwnerIsToldInWordsOfTheirOwn() {
    let notices = [
      WebhookLetters.failing("https://u", since: Samples.time), WebhookLetters.disabled("https://u", .failing),
      WebhookLetters.disabled("https://u", .gone),
    ]
    #expect(Set(notices.map(\.korean.text)).count == 3 && Set(notices.map(\.english.text)).count == 3)
    for notice in notices {
      #expect(notice.korean.text.contains("https://u") && notice.english.text.contains("https://u"))
      #expect(notice.korean.headline.hasSuffix("니다"))
    }
  }

  @Test func theIdHoldsNoDot() throws {
    let event = try #require(UUID(uuidString: "0197F5B2-0000-7000-8000-000000000001"))
    #expect(WebhookMessage.id(of: event) == "evt_0197f5b2-0000-7000-8000-000000000001")
  }

  @Test func theBodyIsThatOfTheStandard() throws {
    let published = Array("{\"later\":1.50,\"proposal\":\"가\"}".utf8)
    let body = WebhookMessage.body(type: "kr.forum.x.v1", time: Samples.time, data: published)
    #expect(
      String(decoding: body, as: UTF8.self)
        == "{\"type\":\"kr.forum.x.v1\",\"timestamp\":\"2026-11-24T09:30:00.000Z\","
        + "\"data\":{\"later\":1.50,\"proposal\":\"가\"}}")
  }

  @Test func theAuthorIsTakenOutAndNothingElse() throws {
    let published = Array(
      "{\"author\":\"x\",\"big\":9007199254740993,\"later\":[1.5,true,null,{\"author\":\"y\"}],\"text\":\"가/\"}".utf8)
    #expect(
      String(decoding: try PublicEvent.data(of: published), as: UTF8.self)
        == "{\"big\":9007199254740993,\"later\":[1.5,true,null,{\"author\":\"y\"}],\"text\":\"가/\"}")
    #expect(throws: DecodingError.self) { try PublicEvent.data(of: Array("[]".utf8)) }
  }

  @Test func noEventShowsWhoWroteTheProposal() throws {
    for event in [try JSON.encode(Samples.submitted), try JSON.encode(Samples.selected)] {
      #expect(String(decoding: event, as: UTF8.self).contains("\(Samples.author)"))
      #expect(!String(decoding: try PublicEvent.data(of: event), as: UTF8.self).contains("\(Samples.author)"))
    }
  }

  @Test func everyOtherEventIsHandedOnByteForByte() throws {
    for event in [try JSON.encode(Samples.barCrossed), try JSON.encode(Samples.assigned)] {
      #expect(try PublicEvent.data(of: event) == event)
    }
  }

  @Test func theLargestEventStaysUnderTwentyKilobytes() throws {
    var event = Samples.submitted
    event.title = String(repeating: "가", count: 80)
    event.summary = String(repeating: "가", count: 300)
    event.body = String(repeating: "가", count: 2_000)
    let body = WebhookMessage.body(type: ProposalSubmitted.type, time: Samples.time, data: try JSON.encode(event))
    #expect(body.count < 20_000)
  }
}

@Suite struct SubscriptionTests {
  private func checked(_ events: [String]) -> (words: [String], errors: [Problem.FieldError]) {
    var errors: [Problem.FieldError] = []
    return (Subscription.checked(events, &errors), errors)
  }

  private func matches(_ words: [String], _ type: String) -> Bool {
    !Set(words).isDisjoint(with: Subscription.words(for: type))
  }

  @Test func aWebhookGetsWhatItAskedForAndNothingElse() {
    let (words, errors) = checked([VoteClosed.type, ProposalSubmitted.type, VoteClosed.type])
    #expect(errors.isEmpty)
    #expect(words == [ProposalSubmitted.type, VoteClosed.type])
    #expect(Occasion.types.filter { matches(words, $0) }.sorted() == words)
  }

  @Test func theStarMeansEverything() {
    let (words, errors) = checked([VoteClosed.type, "*"])
    #expect(errors.isEmpty)
    #expect(words == ["*"])
    #expect(Occasion.types.allSatisfy { matches(words, $0) })
  }

  @Test func unknownEventsAreRefusedWithTheirPlace() {
    #expect(checked([]).errors.map(\.pointer) == ["#/events"])
    #expect(checked([VoteClosed.type, "kr.forum.tally.counted.v1"]).errors.map(\.pointer) == ["#/events/1"])
    #expect(checked(["kr.forum.*"]).errors.map(\.pointer) == ["#/events/0"])
  }

  @Test func ballotsAndTalliesAreNotAmongTheEvents() {
    #expect(Set(Occasion.types).count == 48)
    #expect(!Occasion.types.contains(TallyCounted.type))
  }
}
