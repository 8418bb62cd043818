public import FoundationEssentials

/// Something that happened, as other services are told: the data of a CloudEvent, in JSON.
///
/// A compatible change (a new optional member) keeps the type; any other change is a new type with the next version.
public protocol Event: Codable, Sendable {
  /// All events of the topic that this one is published on.
  associatedtype Family: EventFamily
  /// CloudEvents `type`: reverse-DNS, with the version at the end.
  static var type: String { get }
  /// The aggregate: the record's key and CloudEvents `subject`. Events of one subject stay in order.
  var subject: UUID { get }
}

/// The events of one topic: an enum with a case for each.
public protocol EventFamily: Sendable {
  static var topic: Topic { get }
  static var decoders: [EventDecoder<Self>] { get }
}

/// How one event type of a family is read.
public struct EventDecoder<Family: EventFamily>: Sendable {
  /// CloudEvents `type` that it reads.
  public let type: String
  /// What it reads.
  public let payload: any Event.Type
  /// The event in a record's JSON.
  /// - Throws: `DecodingError`
  public let decode: @Sendable ([UInt8]) throws -> Family

  /// - Parameter wrap: the enum's case.
  public init<Payload: Event>(_: Payload.Type, _ wrap: @escaping @Sendable (Payload) -> Family)
  where Payload.Family == Family {
    type = Payload.type
    payload = Payload.self
    decode = { wrap(try JSON.decode(Payload.self, from: $0)) }
  }
}

/// Where a record stands in Kafka: anybody can read it again there.
public struct RecordPosition: Sendable, Hashable {
  /// The topic's name.
  public let topic: String
  /// The partition's number, from 0.
  public let partition: Int32
  /// The record's place in the partition.
  public let offset: Int64

  /// A place in a partition.
  public init(topic: String, partition: Int32, offset: Int64) {
    self.topic = topic
    self.partition = partition
    self.offset = offset
  }
}

/// An event with the CloudEvents attributes that came with it.
public struct Envelope<Family: EventFamily>: Sendable {
  /// Stable over repeated deliveries: deduplicate on it.
  public let id: UUID
  /// CloudEvents `type`.
  public let type: String
  /// When it happened, by the clock of the service that published it.
  public let time: Date
  /// The aggregate; the event's own `subject`.
  public let subject: UUID
  /// Counts 1, 2, 3 without a gap within one subject on one topic.
  public let sequence: Int64
  /// What happened.
  public let event: Family
  /// The JSON as it was published, for handing on: it keeps members that this version does not know.
  public let data: [UInt8]
  /// Where it was read; nil when it did not come from Kafka.
  public let position: RecordPosition?

  /// An event as it was received.
  public init(
    id: UUID, type: String, time: Date, subject: UUID, sequence: Int64, event: Family, data: [UInt8] = [],
    position: RecordPosition? = nil
  ) {
    self.id = id
    self.type = type
    self.time = time
    self.subject = subject
    self.sequence = sequence
    self.event = event
    self.data = data
    self.position = position
  }
}
