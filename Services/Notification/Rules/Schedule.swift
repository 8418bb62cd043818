/// How often, and when, something is tried that fails.
struct Schedule: Sendable, Equatable {
  /// Seconds before the first attempt, the second and so on, each from the attempt before it.
  let pauses: [Double]

  /// Standard Webhooks 1.0.0: ten attempts in three and a half days.
  static let webhook = Schedule(pauses: [0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400])
  /// A server that hands mail on tries by itself for days; this covers the server being away.
  static let mail = Schedule(pauses: [0, 10, 60, 300, 1_800, 7_200, 21_600, 86_400])

  /// How far a pause is moved, up or down, so that what failed together does not come back together.
  static let jitter = 0.1

  /// Seconds from a failed attempt to the next one.
  /// - Parameters:
  ///   - attempt: the one that failed, counted from 1.
  ///   - chance: from 0 to 1.
  /// - Returns: nil after the last attempt.
  func pause(after attempt: Int, chance: Double) -> Double? {
    guard attempt >= 1, attempt < pauses.count else { return nil }
    return pauses[attempt] * (1 + Self.jitter * (2 * chance - 1))
  }
}

/// What follows from an attempt.
enum Verdict: Sendable, Equatable {
  case delivered
  /// Once more after this many seconds.
  case again(after: Double)
  /// Never again.
  case failed
  /// Never again, and nothing else to this receiver either.
  case receiverGone
}

/// What an attempt to call a webhook came to.
enum WebhookOutcome: Sendable, Equatable {
  /// - Parameter retryAfter: seconds that the receiver asks for.
  case answered(Int, retryAfter: Double?)
  case unanswered

  /// The longest wait that a receiver may ask for: the longest pause of the schedule.
  static let longestWait = 86_400.0

  /// Standard Webhooks 1.0.0: 2xx is success, 410 ends the subscription, everything else (redirects too) is tried
  /// again; a receiver that asks for a pause gets it, and never less than the schedule's.
  func verdict(afterAttempt attempt: Int, chance: Double) -> Verdict {
    switch self {
    case .answered(200..<300, _): return .delivered
    case .answered(410, _): return .receiverGone
    case .answered(let status, let retryAfter):
      guard let pause = Schedule.webhook.pause(after: attempt, chance: chance) else { return .failed }
      guard status == 429 || status == 503, let retryAfter else { return .again(after: pause) }
      return .again(after: max(pause, min(retryAfter, Self.longestWait)))
    case .unanswered:
      return Schedule.webhook.pause(after: attempt, chance: chance).map { .again(after: $0) } ?? .failed
    }
  }
}

/// What an attempt to hand a mail over came to.
enum MailOutcome: Sendable, Equatable {
  case accepted
  case refusedForNow
  case refusedForGood

  func verdict(afterAttempt attempt: Int, chance: Double) -> Verdict {
    switch self {
    case .accepted: .delivered
    case .refusedForGood: .failed
    case .refusedForNow: Schedule.mail.pause(after: attempt, chance: chance).map { .again(after: $0) } ?? .failed
    }
  }
}
