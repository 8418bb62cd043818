/// Everybody who acts in a replay, with their tokens.
struct Citizens: Sendable {
  /// Voters by their number.
  let voters: [String]
  /// Who proposes a petition, by its index.
  let proposers: [String]
  /// Who supports every proposal before its review; as many as one takes at most.
  let supporters: [String]
  let supportUnit: String
  /// The offices that lead cases to their ministries.
  let committee: String
  let strategyMeeting: String
  /// Registers the webhook.
  let observer: String

  /// A day: a replay of a whole month must not outlive its tokens.
  static let lifetime = 86_400
  /// More than any Forum asks for.
  static let supporterCount = 20

  static func prepare(for plan: Plan, with signer: Signer) async throws -> Citizens {
    let seed = plan.rules.seed
    let voters = try await Progress.show("tokens signed", of: plan.citizens) { progress in
      try await signer.tokens(count: plan.citizens, lifetime: lifetime, progress) { "citizen-\(seed)-\($0)" }
    }
    let proposers = try plan.expectations.map {
      try signer.token(subject: "proposer-\(seed)-\($0.number)", roles: ["citizen"], lifetime: lifetime)
    }
    let supporters = try (0..<supporterCount).map {
      try signer.token(subject: "supporter-\(seed)-\($0)", roles: ["citizen"], lifetime: lifetime)
    }
    return Citizens(
      voters: voters, proposers: proposers, supporters: supporters,
      supportUnit: try signer.token(subject: "support-unit-\(seed)", roles: ["support-unit"], lifetime: lifetime),
      committee: try signer.token(subject: "committee-\(seed)", roles: ["committee"], lifetime: lifetime),
      strategyMeeting: try signer.token(
        subject: "strategy-meeting-\(seed)", roles: ["strategy-meeting"], lifetime: lifetime),
      observer: try signer.token(
        subject: "observer-\(seed)", roles: ["citizen", "support-unit", "admin"], lifetime: lifetime))
  }
}
