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
    #expect(Set(Occasion.types).count == 27)
    #expect(!Occasion.types.contains(TallyCounted.type))
  }
}
