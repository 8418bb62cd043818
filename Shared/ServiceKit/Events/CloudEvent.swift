public import Contracts
import Crypto
public import FoundationEssentials
public import Kafka

/// Makes Kafka records of events: CloudEvents 1.0, Kafka protocol binding, binary mode.
public enum CloudEvent {
  /// The record of an event that does not go through the outbox. Its id follows from type, subject and number, so that a
  /// repetition has the same.
  /// - Parameter sequence: the number of the event within its subject; readers drop what is not above the last one.
  public static func record<Payload: Event>(_ event: Payload, sequence: Int64, at time: Date) throws -> OutgoingRecord {
    let topic = Payload.Family.topic
    let digest = sha256(Array("\(Payload.type) \(event.subject.uuidString) \(sequence)".utf8))
    return record(
      id: Identifier<Payload>(bytes: digest.prefix(16))?.uuid ?? UUID(), source: topic.writer, topic: topic.name,
      type: Payload.type, subject: event.subject,
      sequence: sequence, time: time, payload: try JSON.encode(event), trace: nil)
  }

  static func record(
    id: UUID, source: String, topic: String, type: String, subject: UUID, sequence: Int64, time: Date,
    payload: [UInt8], trace: String?
  ) -> OutgoingRecord {
    let key = subject.uuidString.lowercased()
    var headers = [
      ("content-type", "application/json"), ("ce_specversion", "1.0"), ("ce_id", id.uuidString.lowercased()),
      ("ce_source", "/forum/\(source)"), ("ce_type", type), ("ce_time", JSON.timestamp(time)), ("ce_subject", key),
      ("ce_sequence", String(sequence)), ("ce_dataschema", "https://forum.example/schemas/\(type).json"),
    ]
    if let trace { headers.append(("traceparent", trace)) }
    return OutgoingRecord(
      topic: topic, partition: nil, key: Array(key.utf8), value: payload,
      headers: headers.map { KafkaHeader(name: $0, value: Array($1.utf8)) })
  }
}
