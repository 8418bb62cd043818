import Contracts
import FoundationEssentials
import Testing

/// An event type with what the tests need to know of it.
struct DescribedType: Sendable {
  let type: String
  let topic: Topic
  let shape: @Sendable () throws -> Shape
  /// Reads JSON as today's reader does and writes it again.
  let rewritten: @Sendable ([UInt8]) throws -> [UInt8]

  static let all: [DescribedType] =
    of(ProposalEvent.self) + of(ModerationEvent.self) + of(NoticeEvent.self) + of(VoteEvent.self) + of(TallyEvent.self)
    + of(ReferralEvent.self)

  private static func of<Family: EventFamily>(_: Family.Type) -> [DescribedType] {
    Family.decoders.map { decoder in
      func describe<Payload: Event>(_: Payload.Type) -> DescribedType {
        DescribedType(
          type: decoder.type, topic: Family.topic, shape: { try Shape.of(Payload.self) },
          rewritten: { try JSON.encode(JSON.decode(Payload.self, from: $0)) })
      }
      return describe(decoder.payload)
    }
  }

  static func folder(_ path: String) -> URL {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: path)
  }
}

/// `deploy/contracts/schemas` and the events say the same, in both directions.
@Suite struct EventSchemaTests {
  private static let schemas = DescribedType.folder("deploy/contracts/schemas")
  private static let samples = DescribedType.folder("Tests/Samples/v1")

  private static func json(_ file: URL) throws -> JSONValue { try JSON.decode(from: Array(try Data(contentsOf: file))) }

  private static func types(in folder: URL) throws -> Set<String> {
    Set(
      try FileManager.default.contentsOfDirectory(atPath: folder.path).map {
        $0.hasSuffix(".json") ? String($0.dropLast(5)) : $0
      })
  }

  @Test func everyTypeHasItsSchemaAndItsSampleAndThereIsNoOther() throws {
    let types = Set(DescribedType.all.map(\.type))
    #expect(types.count == DescribedType.all.count)
    #expect(try Self.types(in: Self.schemas) == types)
    #expect(try Self.types(in: Self.samples) == types)
  }

  @Test(arguments: DescribedType.all.map(\.type))
  func aSchemaAsksForWhatTheTypeReads(type: String) throws {
    let described = try #require(DescribedType.all.first { $0.type == type })
    let schema = try #require(try Self.json(Self.schemas.appending(path: "\(type).json")).members)
    #expect(schema["$schema"] == .string("https://json-schema.org/draft/2020-12/schema"))
    #expect(schema["$id"] == .string("https://forum.example/schemas/\(type).json"))
    #expect(schema["title"] == .string(type))
    #expect(try Self.shape(.object(schema), at: type) == described.shape())
  }

  /// The shape that a schema describes; an issue for each place that says nothing about what is meant.
  private static func shape(_ schema: JSONValue, at place: String) throws -> Shape {
    let members = try #require(schema.members, "\(place)")
    func words(_ name: String) -> [String]? { members[name]?.items?.compactMap(\.text) }
    switch members["type"]?.text {
    case "boolean": return .boolean
    case "integer": return .integer
    case "number": return .number
    case "array": return .array(try shape(try #require(members["items"], "\(place)"), at: place + "[]"))
    case "string":
      if let known = words("x-extensible-enum") { return .words(known) }
      switch members["format"]?.text {
      case "uuid": return .uuid
      case "date-time": return .time
      case "date": return .day
      default: return .text
      }
    case "object":
      #expect(members["additionalProperties"] == .bool(true), "\(place) is open: a later version may add members")
      let required = Set(words("required") ?? [])
      var (must, may): ([String: Shape], [String: Shape]) = ([:], [:])
      for (name, property) in try #require(members["properties"]?.members, "\(place)") {
        #expect(property.members?["description"]?.text?.isEmpty == false, "\(place).\(name) is described")
        let found = try shape(property, at: "\(place).\(name)")
        if required.contains(name) { must[name] = found } else { may[name] = found }
      }
      #expect(must.count == required.count, "\(place) has what it requires")
      return .object(required: must, optional: may)
    default: throw Unexpected(what: place)
    }
  }

  /// The samples are version 1 as it was published: they are added to, never changed. What reads them today reads every
  /// message of version 1, and, since what a reader does not know is passed over, of every 1.x.
  @Test(arguments: DescribedType.all.map(\.type))
  func todaysReaderReadsVersionOneAndKeepsEveryMemberOfIt(type: String) throws {
    let described = try #require(DescribedType.all.first { $0.type == type })
    let file = try #require(try Self.json(Self.samples.appending(path: "\(type).json")).members)
    for name in ["minimal", "full"] {
      let sample = try #require(file[name])
      let rewritten = try JSON.decode(JSONValue.self, from: described.rewritten(JSON.encode(sample)))
      #expect(rewritten == sample, "\(name): nothing is lost, renamed or retyped")
      let later = try JSON.decode(JSONValue.self, from: described.rewritten(JSON.encode(Self.withNews(sample))))
      #expect(later == sample, "\(name): a member of a later version is passed over")
    }
  }

  /// What version 1 promised to be there is still promised: a reader of version 1 reads 1.x.
  @Test(arguments: DescribedType.all.map(\.type))
  func whatVersionOneRequiresIsStillRequired(type: String) throws {
    let file = try #require(try Self.json(Self.samples.appending(path: "\(type).json")).members)
    let schema = try Self.json(Self.schemas.appending(path: "\(type).json"))
    Self.holds(try #require(file["minimal"]), against: schema, at: type)
  }

  private static func holds(_ minimal: JSONValue, against schema: JSONValue, at place: String) {
    guard let members = minimal.members, let properties = schema.members?["properties"]?.members else { return }
    let required = Set(schema.members?["required"]?.items?.compactMap(\.text) ?? [])
    #expect(Set(members.keys).subtracting(required).isEmpty, "\(place): required once, and no more")
    for (name, value) in members {
      if let inner = properties[name] { holds(value, against: inner, at: "\(place).\(name)") }
    }
  }

  /// With members that no version has, at every level.
  private static func withNews(_ value: JSONValue) -> JSONValue {
    if let members = value.members {
      var more = members.mapValues(withNews)
      more["aMemberOfALaterVersion"] = .object(["with": .string("anything")])
      return .object(more)
    }
    if let items = value.items { return .array(items.map(withNews)) }
    return value
  }
}

extension JSONValue {
  fileprivate var members: [String: JSONValue]? { if case .object(let members) = self { members } else { nil } }
  fileprivate var items: [JSONValue]? { if case .array(let items) = self { items } else { nil } }
  fileprivate var text: String? { if case .string(let text) = self { text } else { nil } }
}
