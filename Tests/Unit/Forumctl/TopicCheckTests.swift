import Contracts
import Testing

@testable import Forumctl

struct TopicCheckTests {
  private let found = Dictionary(uniqueKeysWithValues: Topics.all.map { ($0.name, $0.partitions) })
  private let configurations = Dictionary(uniqueKeysWithValues: Topics.all.map { ($0.name, $0.configuration) })

  @Test func `topics as the contracts have them pass`() {
    let check = TopicCheck(Topics.all, found: found, configurations: configurations)
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
    let check = TopicCheck(Topics.all, found: found, configurations: configurations)
    #expect(
      Set(check.differences) == [
        "forum.ballots: 6 partitions instead of 12", "forum.votes: missing",
        "forum.proposals: retention.ms is 604800000 instead of -1",
        "forum.tallies: cleanup.policy is delete instead of compact",
      ])
  }

  @Test func `a broker that tells no configuration is only asked for partitions`() {
    let check = TopicCheck(Topics.all, found: found, configurations: [:])
    #expect(check.differences.isEmpty)
    #expect(check.unreported == Topics.all.map(\.name))
  }
}
