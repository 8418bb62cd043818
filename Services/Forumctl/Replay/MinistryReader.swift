import Contracts
import FoundationEssentials
import Kafka

/// Reads the ministries' topics from the beginning, as a ministry's own system would; commits nothing.
struct MinistryReader: Sendable {
  let kafka: KafkaConfiguration

  /// The cases of `proposals` that ministries were told of, repeated deliveries included.
  func deliveries(about proposals: Set<ProposalID>) async throws -> [Outcome.Delivery] {
    let ministries = Dictionary(uniqueKeysWithValues: Ministry.all.map { (Topics.referrals(to: $0).name, $0.slug) })
    let (begin, end) = try await bounds(of: Ministry.all.map { Topics.referrals(to: $0) })
    var deliveries: [Outcome.Delivery] = []
    for record in try await records(from: begin, to: end) {
      guard header("ce_type", of: record) == CaseAssigned.type, let id = header("ce_id", of: record),
        let value = record.value, let event = try? JSON.decode(CaseAssigned.self, from: value),
        proposals.contains(event.proposal), let ministry = ministries[record.topic]
      else { continue }
      deliveries.append(Outcome.Delivery(ministry: ministry, id: id, caseID: event.caseID))
    }
    return deliveries
  }

  /// First and next offsets of the partitions that hold anything.
  private func bounds(of topics: [Topic]) async throws -> ([TopicPartition: Int64], [TopicPartition: Int64]) {
    let admin = try Admin(kafka)
    var begin: [TopicPartition: Int64] = [:]
    var end: [TopicPartition: Int64] = [:]
    do {
      for topic in topics {
        for partition in 0..<topic.partitions {
          let (low, high) = try await admin.offsets(of: topic.name, partition: partition)
          guard high > low else { continue }
          begin[TopicPartition(topic: topic.name, partition: partition)] = low
          end[TopicPartition(topic: topic.name, partition: partition)] = high
        }
      }
    } catch {
      await admin.close()
      throw error
    }
    await admin.close()
    return (begin, end)
  }

  private func records(from begin: [TopicPartition: Int64], to end: [TopicPartition: Int64]) async throws -> [Record] {
    if begin.isEmpty { return [] }
    let consumer = try Consumer(kafka, group: "forumctl-replay")
    do {
      let records = try await read(consumer, begin, end)
      await consumer.close()
      return records
    } catch {
      await consumer.close()
      throw error
    }
  }

  private func read(_ consumer: Consumer, _ begin: [TopicPartition: Int64], _ end: [TopicPartition: Int64]) async throws
    -> [Record]
  {
    try await consumer.assign(begin)
    var missing = end
    var records: [Record] = []
    let deadline = ContinuousClock.now + .seconds(30)
    while !missing.isEmpty {
      guard ContinuousClock.now < deadline else {
        throw Failure(
          "\(missing.keys.map(\.description).sorted().joined(separator: ", ")) could not be read to the end")
      }
      switch try await consumer.next(maximum: 1_000, wait: 200) {
      case .records(let batch):
        records += batch
        for record in batch {
          let place = TopicPartition(topic: record.topic, partition: record.partition)
          if let high = missing[place], record.offset + 1 >= high { missing[place] = nil }
        }
      case .failed(let error, _) where !error.isRetriable: throw error
      case .idle, .failed, .assigned, .revoked: continue
      }
    }
    return records
  }

  private func header(_ name: String, of record: Record) -> String? {
    record.headers.first { $0.name == name }?.value.map { String(decoding: $0, as: UTF8.self) }
  }
}
