import Contracts
import Crypto
import Kafka

/// Makes and takes away what a ministry has in Kafka. Each step looks first and changes only what differs, so a run that broke
/// off is completed by the next.
struct MinistryOffice {
  let admin: Admin
  let users: UserAdmin

  /// - Throws: `Failure` if there is one that is not as it should be: then nothing else is done.
  func makeTopic(of access: MinistryAccess, copies: Int?) async throws -> String {
    let topic = access.topic
    guard let partitions = try await admin.topics()[topic.name] else {
      try await admin.createTopic(
        topic.name, partitions: topic.partitions, replicationFactor: Int16(copies ?? -1),
        configuration: topic.configuration(copies: copies))
      return "\(topic.name) created"
    }
    guard partitions == topic.partitions else {
      throw Failure("\(topic.name) has \(partitions) partitions instead of \(topic.partitions)")
    }
    return "\(topic.name) is there already"
  }

  /// What is not asked for stays as it is, and gets a default only where there is nothing.
  func setQuota(bytesPerSecond: Int?, requestPercentage: Int?, for access: MinistryAccess) async throws -> String {
    let found = try await users.quotas(of: access.user)
    let quota = MinistryQuota(bytesPerSecond: bytesPerSecond, requestPercentage: requestPercentage, found: found)
    let changes = quota.values.filter { found[$0.key] != $0.value }
    if changes.isEmpty { return "\(quota.text), unchanged" }
    try await users.setQuotas(of: access.user, changes)
    return "\(quota.text), set"
  }

  func permit(_ access: MinistryAccess) async throws -> AccessChange {
    let change = try await change(of: access)
    do {
      try await admin.permit(change.added)
    } catch {
      // Only who changes something is told: a broker without an authorizer is asked in vain for entries, and has none.
      guard error.code == .securityDisabled else { throw error }
      throw Failure(
        "this broker has no authorizer: everyone reads everything on it. Set authorizer.class.name, as docker-compose.yml does"
      )
    }
    return change
  }

  /// What differs from the permissions that a ministry is to have.
  private func change(of access: MinistryAccess) async throws -> AccessChange {
    let found = try await admin.accessRules(of: access.principal)
    return AccessChange(wanted: access.rules, found: found.rules, others: found.others)
  }

  /// - Returns: the new password; nil when the user keeps the one that it has.
  func makeUser(of access: MinistryAccess, rotate: Bool, _ file: PasswordFile) async throws -> String? {
    let known = try await users.scramCredentials(of: access.user)
    if known[.scramSHA512] != nil && !rotate { return nil }
    let password = Base64URL.encode(randomBytes(32))
    try file.write(password)
    let salt = randomBytes(32)
    let iterations = MinistryAccess.iterations(after: known[.scramSHA512])
    do {
      try await users.setScramCredential(
        of: access.user, .scramSHA512, iterations: iterations, salt: salt,
        saltedPassword: pbkdf2SHA512(password: password, salt: salt, iterations: Int(iterations)))
    } catch {
      file.discard()
      throw error
    }
    await awaitPassword(of: access, with: iterations)
    return password
  }

  /// The controller has a new password when it answers, the broker a moment later: who logs in before is refused. Nothing
  /// that goes wrong here may lose the password, which counts by now.
  private func awaitPassword(of access: MinistryAccess, with iterations: Int32) async {
    for _ in 0..<50 {
      if let known = try? await users.scramCredentials(of: access.user), known[.scramSHA512] == iterations { return }
      try? await Task.sleep(for: .milliseconds(100))
    }
  }

  /// The user first: there is no moment at which it has no limits and can log in.
  /// - Returns: false if there was nothing of it.
  func remove(_ access: MinistryAccess) async throws -> Bool {
    let permitted = try await change(of: access)
    var found = false
    for mechanism in try await users.scramCredentials(of: access.user).keys {
      try await users.removeScramCredential(of: access.user, mechanism)
      found = true
    }
    if permitted != AccessChange(wanted: access.rules, found: [], others: 0) {
      try await admin.revokeAccess(of: access.principal)
      found = true
    }
    let quotas = try await users.quotas(of: access.user)
    if !quotas.isEmpty {
      try await users.setQuotas(of: access.user, quotas.mapValues { _ in nil })
      found = true
    }
    return found
  }

  func status(of access: MinistryAccess) async throws -> MinistryStatus {
    return MinistryStatus(
      access: access, hasTopic: try await admin.topics()[access.topic.name] != nil,
      hasUser: try await users.scramCredentials(of: access.user)[.scramSHA512] != nil,
      change: try await change(of: access),
      quotas: try await users.quotas(of: access.user))
  }
}

/// What a ministry has.
struct MinistryStatus {
  let access: MinistryAccess
  let hasTopic: Bool
  let hasUser: Bool
  let change: AccessChange
  let quotas: [String: Double]

  /// What stands against the way it should be: all or, without a user, nothing.
  var faults: [String] {
    guard hasUser else {
      return change.added.count == access.rules.count && change.others == 0 ? [] : ["permissions without a user"]
    }
    var faults: [String] = []
    if !hasTopic { faults.append("no topic") }
    faults += change.added.map { "lacks: \($0)" } + change.surplus.map { "too much: \($0)" }
    if change.others > 0 { faults.append("\(change.others) entries of another kind") }
    let missing = [MinistryQuota.bytes, MinistryQuota.requests].filter { quotas[$0] == nil }
    return faults + missing.map { "no quota \($0)" }
  }

  var isWhole: Bool { faults.isEmpty }

  var row: String {
    let name = access.ministry.slug.padded(to: 9)
    guard hasUser || !isWhole else { return "\(name) -" }
    let rate = quotas[MinistryQuota.bytes].map { "\(MinistryQuota.shown($0)) B/s" } ?? "- B/s"
    return "\(name) \(access.user.padded(to: 19)) \(access.topic.name.padded(to: 26)) \(rate)"
      + (isWhole ? "" : "  " + faults.joined(separator: "; "))
  }
}

extension String {
  /// With blanks behind it.
  fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: Swift.max(0, width - count)) }
}
