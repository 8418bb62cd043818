import Contracts
import Testing

@testable import Forumctl

struct TopicCheckTests {
  private let found = Dictionary(uniqueKeysWithValues: Topics.all.map { ($0.name, $0.partitions) })
  private let configurations = Dictionary(uniqueKeysWithValues: Topics.all.map { ($0.name, $0.configuration) })

  @Test func `topics as the contracts have them pass`() {
    let check = TopicCheck(Topics.all, copies: nil, found: found, configurations: configurations)
    #expect(check.differences.isEmpty)
    #expect(check.unreported.isEmpty)
  }

  @Test func `every difference is named`() {
    var found = found
    var configurations = configurations
    found["forum.ballots"] = 6
    found["forum.votes"] = nil
    configurations["forum.proposals"]?["retention.ms"] = "604800000"
    configurations["forum.tallies"]?["cleanup.policy"] = "delete"
    configurations["forum.moderation"]?["retention.bytes"] = "1073741824"
    let check = TopicCheck(Topics.all, copies: nil, found: found, configurations: configurations)
    #expect(
      Set(check.differences) == [
        "forum.ballots: 6 partitions instead of 12", "forum.votes: missing",
        "forum.proposals: retention.ms is 604800000 instead of -1",
        "forum.tallies: cleanup.policy is delete instead of compact",
        "forum.moderation: retention.bytes is 1073741824 instead of -1",
      ])
  }

  @Test(arguments: [(2, "1"), (3, "2"), (5, "4")])
  func `with several copies all but one confirm a record`(copies: Int, wanted: String) {
    #expect(Topics.ballots.configuration(copies: copies)["min.insync.replicas"] == wanted)
    var configurations = configurations.mapValues { $0.merging(["min.insync.replicas": wanted]) { $1 } }
    configurations["forum.ballots"]?["min.insync.replicas"] = "9"
    configurations["forum.votes"]?["min.insync.replicas"] = nil
    let check = TopicCheck(Topics.all, copies: copies, found: found, configurations: configurations)
    #expect(
      Set(check.differences) == [
        "forum.ballots: min.insync.replicas is 9 instead of \(wanted)",
        "forum.votes: min.insync.replicas is not set instead of \(wanted)",
      ])
  }

  @Test(arguments: [nil, 1]) func `a single copy or the broker's own choice confirms as the broker says`(copies: Int?) {
    #expect(Topics.ballots.configuration(copies: copies) == Topics.ballots.configuration)
    let configurations = configurations.mapValues { $0.merging(["min.insync.replicas": "7"]) { $1 } }
    #expect(TopicCheck(Topics.all, copies: copies, found: found, configurations: configurations).differences.isEmpty)
  }

  @Test func `a broker that tells no configuration is only asked for partitions`() {
    let check = TopicCheck(Topics.all, copies: 3, found: found, configurations: [:])
    #expect(check.differences.isEmpty)
    #expect(check.unreported == Topics.all.map(\.name))
  }
}
