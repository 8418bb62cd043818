import Contracts
import FoundationEssentials
import Testing

/// `deploy/contracts/asyncapi.yaml` and the topics and events say the same, in both directions. That the document is one of
/// AsyncAPI 3.0, and that real messages are as it says, is for Tests/EndToEnd/test_contract.py.
@Suite struct AsyncAPITests {
  private let document: Outline

  init() throws {
    let file = DescribedType.folder("deploy/contracts/asyncapi.yaml")
    document = Outline(yaml: String(decoding: try Data(contentsOf: file), as: UTF8.self))
  }

  /// A pattern, as the document has one address for the topics of all ministries.
  private static func address(of topic: Topic) -> String {
    Ministry.all.contains { Topics.referrals(to: $0) == topic } ? "forum.referrals.{ministry}" : topic.name
  }

  private func channel(_ address: String) -> Outline? {
    document["channels"]?.members.first { $0.value["address"]?.text == address }?.value
  }

  @Test func everyTopicIsAChannelAsItIsInKafkaAndThereIsNoOther() throws {
    #expect(document["asyncapi"]?.text == "3.0.0")
    let addresses = document["channels"]?.members.compactMap { $0.value["address"]?.text } ?? []
    #expect(Set(addresses) == Set(Topics.all.map(Self.address)))
    #expect(addresses.count == Set(addresses).count)
    for topic in Topics.all {
      let kafka = try #require(channel(Self.address(of: topic))?["bindings", "kafka"], "\(topic.name)")
      #expect(kafka.number("partitions") == Int(topic.partitions), "\(topic.name)")
      let written = try #require(kafka["topicConfiguration"])
      for (name, value) in topic.configuration where name != "retention.bytes" {
        let told = name == "cleanup.policy" ? written[name]?.words.joined() : written[name]?.text
        #expect(told == value, "\(topic.name): \(name)")
      }
      let key = topic.name.hasPrefix("forum.referrals") ? "the case" : "the \(topic.key)"
      #expect(channel(Self.address(of: topic))?["description"]?.text.contains("Key: \(key)") == true, "\(topic.name)")
    }
    let slugs = channel("forum.referrals.{ministry}")?["parameters", "ministry", "enum"]?.words
    #expect(slugs == Ministry.all.map(\.slug))
  }

  @Test func everyEventIsAMessageOfItsTopicWithItsSchema() throws {
    let messages = try #require(document["components", "messages"])
    let types = DescribedType.all.map(\.type)
    #expect(messages.members.map(\.name).sorted() == (types + ["ballot"]).sorted())
    for type in types {
      let message = try #require(messages[type])
      #expect(message["name"]?.text == type)
      #expect(message["payload", "$ref"]?.text == "./schemas/\(type).json")
      #expect(message["traits"]?.items == ["$ref: '#/components/messageTraits/cloudEvent'"])
    }
    for address in Set(Topics.all.map(Self.address)) where address != "forum.referrals.{ministry}" {
      let told = channel(address)?["messages"]?.members ?? []
      for (name, message) in told { #expect(message["$ref"]?.text == "#/components/messages/\(name)") }
      let wanted = DescribedType.all.filter { $0.topic.name == address }.map(\.type)
      #expect(told.map(\.name) == (wanted.isEmpty ? ["ballot"] : wanted), "\(address)")
    }
  }

  /// What a ministry's topic has is the end of what all read, from the assignment on.
  @Test func aMinistryIsToldAllFromTheAssignmentOn() throws {
    let told = channel("forum.referrals.{ministry}")?["messages"]?.members.map(\.name) ?? []
    let all = DescribedType.all.filter { $0.topic == Topics.referrals }.map(\.type)
    let assignment = try #require(all.firstIndex(of: CaseAssigned.type))
    #expect(told == Array(all[assignment...]))
  }

  @Test func everyChannelIsWrittenByItsOneWriter() throws {
    let operations = try #require(document["operations"]?.members)
    #expect(operations.count == document["channels"]?.members.count)
    for (name, channel) in document["channels"]?.members ?? [] {
      let operation = operations.first { $0.value["channel", "$ref"]?.text == "#/channels/\(name)" }?.value
      let topic = Topics.all.first { Self.address(of: $0) == channel["address"]?.text }
      #expect(operation?["title"]?.text == "Written by \(topic?.writer ?? "nobody") alone")
      #expect(operation?["action"]?.text == "send")
      let server = channel["address"]?.text == "forum.referrals.{ministry}" ? "external" : "internal"
      #expect(channel["servers"]?.items == ["$ref: '#/servers/\(server)'"])
    }
  }
}
