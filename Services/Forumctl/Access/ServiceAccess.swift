import Contracts
import Kafka

/// What the contracts let each service do on a broker with an authorizer: read and write its topics, in the one consumer group
/// that has its name. Its log-in has its name too.
enum ServiceAccess {
  /// All services, in the order in which the topics name them.
  static var names: [String] {
    var names: [String] = []
    for topic in Topics.all {
      for name in [topic.writer] + topic.readers where name != Topics.theMinistry && !names.contains(name) {
        names.append(name)
      }
    }
    return names
  }

  static func principal(of service: String) -> String { "User:\(service)" }

  static func rules(for service: String) -> [AccessRule] {
    let principal = principal(of: service)
    func may(_ operation: AccessRule.Operation, on topics: [Topic]) -> [AccessRule] {
      topics.map { AccessRule(principal, may: operation, .topic($0.name)) }
    }
    let reads = Topics.all.filter { $0.readers.contains(service) }
    let group = reads.isEmpty ? [] : [AccessRule(principal, may: .read, .group(service))]
    let writes = may(.write, on: Topics.all.filter { $0.writer == service })
    // Every service has a producer, which asks for its number when it starts, also where there is nothing to write.
    let start = writes.isEmpty ? [AccessRule(principal, may: .idempotentWrite, .cluster)] : []
    return writes + may(.read, on: reads) + group + start
  }
}
