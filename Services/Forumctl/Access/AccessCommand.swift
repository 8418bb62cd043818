import Contracts
import Kafka
import ServiceKit

let grantAccessCommand = Command(
  form: CommandLineForm(
    command: "access grant",
    overview: "Permits each service to write and read its topics, and nothing else.",
    discussion: """
      For a broker with an authorizer, on which every service logs in under its own name. Adds what is missing, and names
      what a service is permitted beyond it. Run it as a super user; FORUM_KAFKA_* say where.
      """)
) { _ in
  var settings = CommandEnvironment.current.settings
  let configuration = try BrokerConfiguration(&settings)
  return try await withAdmin(configuration) { admin in
    do {
      for service in ServiceAccess.names {
        let change = try await admin.grant(ServiceAccess.rules(for: service), to: ServiceAccess.principal(of: service))
        print("\(service): \(change.text)")
        change.warn()
      }
      return 0
    } catch let error as KafkaError where error.code == .securityDisabled {
      print("this broker has no authorizer: everyone may do everything, and there is nothing to grant")
      return 0
    }
  }
}

/// What became of a principal's permissions.
struct AccessChange: Equatable {
  var added: [AccessRule] = []
  /// What it may do beyond what it should.
  var surplus: [AccessRule] = []
  /// Entries that are no plain permissions.
  var others = 0

  init(wanted: [AccessRule], found: Set<AccessRule>, others: Int) {
    added = wanted.filter { !found.contains($0) }
    surplus = found.subtracting(wanted).sorted { $0.description < $1.description }
    self.others = others
  }

  var text: String { added.isEmpty ? "permissions unchanged" : "\(added.count) permissions added" }

  func warn() {
    for rule in surplus { printError("warning: \(rule), which it need not") }
    if others > 0 { printError("warning: \(others) further entries of it in the access control list") }
  }
}

extension Admin {
  /// Adds what is missing of a principal's permissions.
  func grant(_ wanted: [AccessRule], to principal: String) async throws -> AccessChange {
    let found = try await accessRules(of: principal)
    let change = AccessChange(wanted: wanted, found: found.rules, others: found.others)
    try await permit(change.added)
    return change
  }
}
