import Contracts
import Crypto
import Kafka
import Testing

@testable import Forumctl

@Suite struct MinistryAccessTests {
  @Test func `a ministry reads its own topic in groups of its own, and may do nothing else`() throws {
    let access = MinistryAccess(ministry: try #require(Ministry.named("mof")))
    #expect(
      Set(access.rules) == [
        AccessRule("User:ministry-mof", may: .read, .topic("forum.referrals.mof")),
        AccessRule("User:ministry-mof", may: .describe, .topic("forum.referrals.mof")),
        AccessRule("User:ministry-mof", may: .read, .groups(prefix: "ministry-mof.")),
        AccessRule("User:ministry-mof", may: .describe, .groups(prefix: "ministry-mof.")),
      ])
  }

  /// `mof` begins `mofa`, and `moe` begins `moef` and `moel`.
  @Test func `no ministry's groups are among another's`() {
    let prefixes = Ministry.all.map { MinistryAccess(ministry: $0).groupPrefix }
    for one in prefixes { #expect(prefixes.filter { $0.hasPrefix(one) } == [one]) }
  }

  @Test func `a broker tells a new password from the one before by its iterations`() {
    #expect(MinistryAccess.iterations(after: nil) == 8_192)
    for known in [8_192, 8_193, 4_096] as [Int32] { #expect(MinistryAccess.iterations(after: known) != known) }
  }

  @Test func `the settings name user, topic, group and authority, and never a password`() throws {
    let access = MinistryAccess(ministry: try #require(Ministry.named("molit")))
    let settings = ClientSettings(access: access, external: "kafka.forum.example:9094")
    for client in [settings.kcat, settings.java, settings.python] {
      #expect(client.contains("ministry-molit"))
      #expect(client.contains("SCRAM-SHA-512"))
      #expect(client.contains("SASL_SSL"))
      #expect(client.contains("kafka.forum.example:9094"))
      #expect(client.contains("forum-ca.pem"))
    }
    #expect(settings.kcatCall.hasPrefix("kcat -F kcat.conf -C -t forum.referrals.molit "))
    #expect(!settings.kcatCall.contains("password"))
    #expect(settings.java.contains("group.id=ministry-molit.inbox\n"))
    #expect(settings.python.contains("\"group.id\": \"ministry-molit.inbox\""))
  }

  @Test func `a quota that was agreed stays until another is asked for, and a default fills only a gap`() {
    let agreed = [MinistryQuota.bytes: 100_000.0, MinistryQuota.requests: 12.5]
    func values(_ bytes: Int?, _ requests: Int?, _ found: [String: Double]) -> [String: Double] {
      MinistryQuota(bytesPerSecond: bytes, requestPercentage: requests, found: found).values
    }
    #expect(values(nil, nil, agreed) == agreed)
    #expect(values(nil, 50, agreed) == [MinistryQuota.bytes: 100_000, MinistryQuota.requests: 50])
    #expect(values(5_000, nil, agreed) == [MinistryQuota.bytes: 5_000, MinistryQuota.requests: 12.5])
    #expect(values(nil, nil, [:]) == [MinistryQuota.bytes: 2_097_152, MinistryQuota.requests: 25])
    #expect(
      values(nil, nil, [MinistryQuota.bytes: 100_000]) == [MinistryQuota.bytes: 100_000, MinistryQuota.requests: 25])
    #expect(
      MinistryQuota(bytesPerSecond: nil, requestPercentage: nil, found: agreed).text
        == "100000 bytes a second, 12.5 % of a thread, on each broker")
  }

  @Test func `a user is whole only with both of its quotas`() throws {
    let access = MinistryAccess(ministry: try #require(Ministry.named("molit")))
    func status(_ quotas: [String: Double]) -> MinistryStatus {
      MinistryStatus(
        access: access, hasTopic: true, hasUser: true,
        change: AccessChange(wanted: access.rules, found: Set(access.rules), others: 0), quotas: quotas)
    }
    #expect(status([MinistryQuota.bytes: 1_024, MinistryQuota.requests: 25]).isWhole)
    #expect(status([MinistryQuota.bytes: 1_024]).faults == ["no quota request_percentage"])
    #expect(status([MinistryQuota.requests: 25]).faults == ["no quota consumer_byte_rate"])
    #expect(status([:]).faults.count == 2)
    // Any number can have been set, by any tool.
    #expect(status([MinistryQuota.bytes: 1e300, MinistryQuota.requests: 25]).row.contains("1e+300 B/s"))
  }

  @Test func `only what is missing is granted, and what is too much is named`() {
    let wanted = [AccessRule("User:a", may: .read, .topic("t")), AccessRule("User:a", may: .read, .group("a"))]
    let surplus = AccessRule("User:a", may: .write, .topic("t"))
    let change = AccessChange(wanted: wanted, found: [wanted[0], surplus], others: 0)
    #expect(change.added == [wanted[1]])
    #expect(change.surplus == [surplus])
    #expect(AccessChange(wanted: wanted, found: Set(wanted), others: 0).text == "permissions unchanged")
  }

  @Test func `every service may write the topics that it owns and read those that it is a reader of`() {
    #expect(
      ServiceAccess.names == [
        "intake", "moderation", "referral", "notification", "portal", "voting", "vote-counter",
      ])
    for topic in Topics.all {
      let writers = ServiceAccess.names.filter { name in
        ServiceAccess.rules(for: name).contains { $0.resource == .topic(topic.name) && $0.operation == .write }
      }
      let readers = ServiceAccess.names.filter { name in
        ServiceAccess.rules(for: name).contains { $0.resource == .topic(topic.name) && $0.operation == .read }
      }
      #expect(writers == [topic.writer])
      #expect(Set(readers) == Set(topic.readers).subtracting([Topics.theMinistry]))
    }
    for name in ["portal", "notification"] {
      #expect(ServiceAccess.rules(for: name).contains(AccessRule("User:\(name)", may: .idempotentWrite, .cluster)))
    }
    #expect(ServiceAccess.rules(for: "voting").contains(AccessRule("User:voting", may: .read, .group("voting"))))
  }

  /// The vector of Stefan Thomas for PBKDF2-HMAC-SHA512, which RFC 6070 has for SHA-1.
  @Test func `a salted password is that of RFC 5802`() {
    let salted = pbkdf2SHA512(password: "password", salt: Array("salt".utf8), iterations: 2)
    #expect(
      salted.prefix(16).elementsEqual([
        0xe1, 0xd9, 0xc1, 0x6a, 0xa6, 0x81, 0x70, 0x8a, 0x45, 0xf5, 0xc7, 0xc4, 0xe2, 0x15, 0xce, 0xb6,
      ]))
    #expect(salted.count == 64)
  }
}
