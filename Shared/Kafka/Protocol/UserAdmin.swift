import Glibc
import Threading

/// Users that log in with SCRAM, and quotas: what librdkafka cannot administer (2.0.2 neither, later ones no quotas), spoken
/// in Kafka's own protocol. Any broker of a KRaft cluster takes these requests and hands them to the controller (KIP-590).
public actor UserAdmin {
  /// A SCRAM mechanism by its number in the protocol (KIP-554).
  public enum Mechanism: Int8, Sendable {
    case scramSHA256 = 1
    case scramSHA512 = 2
  }

  private let executor: ThreadExecutor
  private let configuration: KafkaConfiguration
  /// Made by the first request, on the actor's thread.
  private var session: BrokerSession?

  /// The actor's own thread: its calls block.
  public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  /// The first request connects and logs in, with SASL PLAIN where the configuration has a user.
  public init(_ configuration: KafkaConfiguration) {
    self.configuration = configuration
    executor = ThreadExecutor(name: "kafka-users")
  }

  deinit { executor.stop() }

  /// The SCRAM mechanisms that a user has a password for, with the iterations of each; empty for an unknown user.
  ///
  /// DescribeUserScramCredentials (KIP-554).
  public func scramCredentials(of user: String) throws(KafkaError) -> [Mechanism: Int32] {
    var answer = try ask(BrokerSession.Call(key: 50, version: 0)) { request in
      request.compactArray([user]) { $0.compactString($1) }
      request.noTags()
    }
    _ = try answer.integer(Int32.self)  // throttled milliseconds
    try BrokerSession.check(answer.integer(), answer.compactString())
    var known: [Mechanism: Int32] = [:]
    _ = try answer.compactArray { result throws(KafkaError) in
      _ = try result.compactString()
      let (code, reason) = (try result.integer(Int16.self), try result.compactString())
      if code != Self.resourceNotFound { try BrokerSession.check(code, reason) }
      _ = try result.compactArray { credential throws(KafkaError) in
        let mechanism = Mechanism(rawValue: try credential.integer())
        let iterations = try credential.integer(Int32.self)
        if let mechanism { known[mechanism] = iterations }
      }
    }
    return known
  }

  /// Gives a user a password: its salted form (RFC 5802, `SaltedPassword`), so that the password itself goes nowhere.
  ///
  /// AlterUserScramCredentials (KIP-554).
  public func setScramCredential(
    of user: String, _ mechanism: Mechanism, iterations: Int32, salt: [UInt8], saltedPassword: [UInt8]
  ) throws(KafkaError) {
    try alterCredentials { request in
      request.compactArray([String]()) { $0.compactString($1) }
      request.compactArray([user]) { upsertion, user in
        upsertion.compactString(user)
        upsertion.integer(mechanism.rawValue)
        upsertion.integer(iterations)
        upsertion.compactBytes(salt)
        upsertion.compactBytes(saltedPassword)
      }
    }
  }

  /// Takes a user's password away; whoever is logged in stays so until the connection ends.
  public func removeScramCredential(of user: String, _ mechanism: Mechanism) throws(KafkaError) {
    try alterCredentials { request in
      request.compactArray([user]) { deletion, user in
        deletion.compactString(user)
        deletion.integer(mechanism.rawValue)
      }
      request.compactArray([String]()) { $0.compactString($1) }
    }
  }

  private func alterCredentials(_ write: (inout ProtocolWriter) -> Void) throws(KafkaError) {
    var answer = try ask(BrokerSession.Call(key: 51, version: 0)) { request in
      write(&request)
      request.noTags()
    }
    _ = try answer.integer(Int32.self)
    _ = try answer.compactArray { result throws(KafkaError) in
      _ = try result.compactString()
      try BrokerSession.check(result.integer(), result.compactString())
    }
  }

  /// The quotas that are set for exactly this user, such as `consumer_byte_rate`.
  ///
  /// DescribeClientQuotas (KIP-546).
  public func quotas(of user: String) throws(KafkaError) -> [String: Double] {
    var answer = try ask(BrokerSession.Call(key: 48, version: 1)) { request in
      request.compactArray([user]) { component, user in
        component.compactString("user")
        component.integer(Int8(0))  // exactly this name
        component.compactString(user)
      }
      request.boolean(true)  // not those of one of its clients alone
      request.noTags()
    }
    _ = try answer.integer(Int32.self)
    try BrokerSession.check(answer.integer(), answer.compactString())
    var quotas: [String: Double] = [:]
    _ = try answer.compactArray { entry throws(KafkaError) in
      try Self.passEntity(&entry)
      _ = try entry.compactArray { value throws(KafkaError) in
        let name = try value.compactString() ?? ""
        quotas[name] = try value.double()
      }
    }
    return quotas
  }

  /// Sets quotas of a user; nil takes one away. What is not named stays.
  ///
  /// AlterClientQuotas (KIP-546).
  public func setQuotas(of user: String, _ quotas: [String: Double?]) throws(KafkaError) {
    var answer = try ask(BrokerSession.Call(key: 49, version: 1)) { request in
      request.compactArray([user]) { entry, user in
        entry.compactArray([user]) { entity, user in
          entity.compactString("user")
          entity.compactString(user)
        }
        entry.compactArray(quotas.sorted { $0.key < $1.key }) { operation, quota in
          operation.compactString(quota.key)
          operation.double(quota.value ?? 0)
          operation.boolean(quota.value == nil)
        }
      }
      request.boolean(false)  // not only validated
      request.noTags()
    }
    _ = try answer.integer(Int32.self)
    _ = try answer.compactArray { entry throws(KafkaError) in
      try BrokerSession.check(entry.integer(), entry.compactString())
      try Self.passEntity(&entry)
    }
  }

  private static func passEntity(_ entry: inout ProtocolReader) throws(KafkaError) {
    _ = try entry.compactArray { part throws(KafkaError) in
      _ = try part.compactString()
      _ = try part.compactString()
    }
  }

  private func ask(
    _ call: BrokerSession.Call, _ write: (inout ProtocolWriter) -> Void
  ) throws(KafkaError) -> ProtocolReader {
    if session == nil {
      // The connection belongs to this thread; writing to a broker that has gone must not end the process.
      var signals = sigset_t()
      sigemptyset(&signals)
      sigaddset(&signals, SIGPIPE)
      pthread_sigmask(SIG_BLOCK, &signals, nil)
      session = try BrokerSession(configuration)
    }
    guard var session else { throw .closed }
    defer { self.session = session }
    return try session.ask(call, write)
  }

  /// What the broker says of a user without a password.
  private static let resourceNotFound: Int16 = 91
}
