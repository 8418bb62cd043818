import CLibrdkafka

/// What one principal may do, from any host: an entry of the broker's access control list. Only permissions: what nobody
/// permits is denied.
public struct AccessRule: Hashable, Sendable, CustomStringConvertible {
  /// What is protected.
  public enum Resource: Hashable, Sendable {
    /// The topic of this name.
    case topic(String)
    /// Every consumer group whose name begins so.
    case groups(prefix: String)
    /// The consumer group of this name.
    case group(String)
    /// The cluster as a whole.
    case cluster
  }

  /// What may be done.
  public enum Operation: String, Hashable, Sendable, CaseIterable {
    case read, write, describe
    /// Of the cluster: to begin as a producer that writes nothing twice. Who may write to a topic may do so anyway.
    case idempotentWrite = "write without repetition to"
  }

  /// As the broker knows it: `User:` and the name of the log-in.
  public var principal: String
  /// What it may be done to.
  public var resource: Resource
  /// What is permitted.
  public var operation: Operation

  /// A permission.
  public init(_ principal: String, may operation: Operation, _ resource: Resource) {
    self.principal = principal
    self.operation = operation
    self.resource = resource
  }

  /// For people.
  public var description: String {
    switch resource {
    case .topic(let name): "\(principal) may \(operation.rawValue) topic \(name)"
    case .groups(let prefix): "\(principal) may \(operation.rawValue) groups \(prefix)*"
    case .group(let name): "\(principal) may \(operation.rawValue) group \(name)"
    case .cluster: "\(principal) may \(operation.rawValue) the cluster"
    }
  }
}

extension Admin {
  /// All that a principal is permitted, and how many entries it has that no `AccessRule` describes.
  public func accessRules(of principal: String) async throws(KafkaError) -> (rules: Set<AccessRule>, others: Int) {
    try await worker.accessRules(of: principal)
  }

  /// Adds permissions; those that are there already stay.
  public func permit(_ rules: [AccessRule]) async throws(KafkaError) {
    try await worker.permit(rules)
  }

  /// Takes away everything that a principal is permitted or denied by an entry of its own.
  public func revokeAccess(of principal: String) async throws(KafkaError) {
    try await worker.revokeAccess(of: principal)
  }
}

extension AdminWorker {
  func accessRules(of principal: String) throws(KafkaError) -> (rules: Set<AccessRule>, others: Int) {
    let filter = try Self.filter(of: principal)
    defer { rd_kafka_AclBinding_destroy(filter) }
    let client = try open()
    return try request(client, RD_KAFKA_ADMIN_OP_DESCRIBEACLS) { options, queue in
      rd_kafka_DescribeAcls(client, filter, options, queue)
    } read: { event in
      var count = 0
      let found = rd_kafka_DescribeAcls_result_acls(rd_kafka_event_DescribeAcls_result(event), &count)
      let entries = (0..<count).compactMap { found?[$0] }
      let rules = entries.compactMap(AccessRule.init)
      return (Set(rules), entries.count - rules.count)
    }
  }

  func permit(_ rules: [AccessRule]) throws(KafkaError) {
    if rules.isEmpty { return }
    var bindings: [OpaquePointer?] = []
    defer { bindings.forEach { rd_kafka_AclBinding_destroy($0) } }
    for rule in rules { bindings.append(try rule.binding()) }
    let client = try open()
    try request(client, RD_KAFKA_ADMIN_OP_CREATEACLS) { options, queue in
      rd_kafka_CreateAcls(client, &bindings, bindings.count, options, queue)
    } read: { event throws(KafkaError) in
      var count = 0
      let results = rd_kafka_CreateAcls_result_acls(rd_kafka_event_CreateAcls_result(event), &count)
      for index in 0..<count { try Self.check(rd_kafka_acl_result_error(results?[index])) }
    }
  }

  func revokeAccess(of principal: String) throws(KafkaError) {
    var filters: [OpaquePointer?] = [try Self.filter(of: principal)]
    defer { filters.forEach { rd_kafka_AclBinding_destroy($0) } }
    let client = try open()
    try request(client, RD_KAFKA_ADMIN_OP_DELETEACLS) { options, queue in
      rd_kafka_DeleteAcls(client, &filters, 1, options, queue)
    } read: { event throws(KafkaError) in
      var count = 0
      let responses = rd_kafka_DeleteAcls_result_responses(rd_kafka_event_DeleteAcls_result(event), &count)
      for index in 0..<count { try Self.check(rd_kafka_DeleteAcls_result_response_error(responses?[index])) }
    }
  }

  /// Every entry of a principal.
  private static func filter(of principal: String) throws(KafkaError) -> OpaquePointer {
    var filter: OpaquePointer?
    let refused = failureText { text, size in
      filter = rd_kafka_AclBindingFilter_new(
        RD_KAFKA_RESOURCE_ANY, nil, RD_KAFKA_RESOURCE_PATTERN_ANY, principal, nil, RD_KAFKA_ACL_OPERATION_ANY,
        RD_KAFKA_ACL_PERMISSION_TYPE_ANY, text, size)
      return filter != nil
    }
    guard let filter else { throw KafkaError(code: .invalidArgument, reason: refused ?? principal) }
    return filter
  }

  /// An error object that belongs to the event; nil: none.
  private static func check(_ error: OpaquePointer?) throws(KafkaError) {
    guard let error, rd_kafka_error_code(error) != RD_KAFKA_RESP_ERR_NO_ERROR else { return }
    throw KafkaError(rd_kafka_error_code(error), reason: String(cString: rd_kafka_error_string(error)))
  }
}

extension AccessRule.Operation {
  fileprivate var code: rd_kafka_AclOperation_t {
    switch self {
    case .read: RD_KAFKA_ACL_OPERATION_READ
    case .write: RD_KAFKA_ACL_OPERATION_WRITE
    case .describe: RD_KAFKA_ACL_OPERATION_DESCRIBE
    case .idempotentWrite: RD_KAFKA_ACL_OPERATION_IDEMPOTENT_WRITE
    }
  }
}

extension AccessRule {
  /// The caller destroys it.
  fileprivate func binding() throws(KafkaError) -> OpaquePointer {
    let (type, name, pattern) =
      switch resource {
      case .topic(let name): (RD_KAFKA_RESOURCE_TOPIC, name, RD_KAFKA_RESOURCE_PATTERN_LITERAL)
      case .group(let name): (RD_KAFKA_RESOURCE_GROUP, name, RD_KAFKA_RESOURCE_PATTERN_LITERAL)
      case .cluster: (RD_KAFKA_RESOURCE_BROKER, "kafka-cluster", RD_KAFKA_RESOURCE_PATTERN_LITERAL)
      case .groups(let prefix): (RD_KAFKA_RESOURCE_GROUP, prefix, RD_KAFKA_RESOURCE_PATTERN_PREFIXED)
      }
    var binding: OpaquePointer?
    let refused = failureText { text, size in
      binding = rd_kafka_AclBinding_new(
        type, name, pattern, principal, "*", operation.code, RD_KAFKA_ACL_PERMISSION_TYPE_ALLOW, text, size)
      return binding != nil
    }
    guard let binding else { throw KafkaError(code: .invalidArgument, reason: refused ?? description) }
    return binding
  }

  /// Nil for an entry of another kind than these.
  fileprivate init?(_ entry: OpaquePointer) {
    let code = rd_kafka_AclBinding_operation(entry)
    guard rd_kafka_AclBinding_permission_type(entry) == RD_KAFKA_ACL_PERMISSION_TYPE_ALLOW,
      let operation = Operation.allCases.first(where: { $0.code == code }),
      let principal = rd_kafka_AclBinding_principal(entry), let name = rd_kafka_AclBinding_name(entry),
      let host = rd_kafka_AclBinding_host(entry), String(cString: host) == "*"
    else { return nil }
    let resource: Resource
    switch (rd_kafka_AclBinding_restype(entry), rd_kafka_AclBinding_resource_pattern_type(entry)) {
    case (RD_KAFKA_RESOURCE_TOPIC, RD_KAFKA_RESOURCE_PATTERN_LITERAL): resource = .topic(String(cString: name))
    case (RD_KAFKA_RESOURCE_GROUP, RD_KAFKA_RESOURCE_PATTERN_LITERAL): resource = .group(String(cString: name))
    case (RD_KAFKA_RESOURCE_GROUP, RD_KAFKA_RESOURCE_PATTERN_PREFIXED):
      resource = .groups(prefix: String(cString: name))
    case (RD_KAFKA_RESOURCE_BROKER, RD_KAFKA_RESOURCE_PATTERN_LITERAL): resource = .cluster
    default: return nil
    }
    self.init(String(cString: principal), may: operation, resource)
  }
}
