import FoundationEssentials

/// What follows when a webhook's receiver takes nothing for days (Standard Webhooks 1.0.0): its owner is told, and then
/// nothing more is sent.
enum FailingReceiver {
  /// Seconds without a success after which the owner is told.
  static let warnedAfter = 86_400.0
  /// Seconds without a success after which the webhook is disabled: longer than the schedule of one delivery.
  static let disabledAfter = 5 * 86_400.0

  /// Failed attempts in a row from which on a receiver may count as failing.
  static let failures = 3
  /// Seconds without a success from which on it may.
  static let failingAfter = 30.0

  /// Whether a receiver fails, so that it gets its places beside the others. One that is restarted loses a few requests
  /// within a moment: it must not come behind all that are dead.
  /// - Parameters:
  ///   - failures: attempts in a row.
  ///   - since: of the first of them.
  static func isFailing(failures: Int, since: Date?, at now: Date) -> Bool {
    guard let since else { return false }
    return failures >= Self.failures && now.timeIntervalSince(since) >= failingAfter
  }

  enum Step: Sendable, Equatable { case none, warn, disable }

  /// After an attempt that failed.
  /// - Parameters:
  ///   - since: of the first failure after the last success.
  ///   - warned: whether the owner was told since then.
  static func step(since: Date, warned: Bool, at now: Date) -> Step {
    let seconds = now.timeIntervalSince(since)
    if seconds >= disabledAfter { return .disable }
    return seconds >= warnedAfter && !warned ? .warn : .none
  }
}

/// Why a webhook gets nothing.
enum DisabledReason: String, Codable, Sendable, CaseIterable {
  /// Its receiver answered 410.
  case gone
  /// Its receiver took nothing for days.
  case failing
  /// Its owner says so.
  case owner
}

/// What the owner of a webhook is told.
enum WebhookLetters {
  static let failingType = "kr.forum.webhook.failing.v1"
  static let disabledType = "kr.forum.webhook.disabled.v1"

  static func failing(_ url: String, since: Date) -> Notice {
    let (day, time) = since.inKorea
    return Notice(
      audience: .owner,
      korean: Letter.Words(
        "웹훅이 응답하지 않습니다", "\(day) \(time)(한국 시간)부터 다음 주소로 보낸 알림이 하나도 전달되지 않았습니다: \(url)",
        "계속 실패하면 \(Int(FailingReceiver.disabledAfter / 86_400))일 뒤에 웹훅을 중지합니다."),
      english: Letter.Words(
        "Your webhook does not answer",
        "Nothing could be delivered to this address since \(day) \(time) (Korean time): \(url)",
        "If that goes on, it is disabled after \(Int(FailingReceiver.disabledAfter / 86_400)) days."))
  }

  static func disabled(_ url: String, _ reason: DisabledReason) -> Notice {
    let isGone = reason == .gone
    return Notice(
      audience: .owner,
      korean: Letter.Words(
        "웹훅이 중지되었습니다", "다음 주소로 더 이상 알림을 보내지 않습니다: \(url)",
        isGone ? "수신 서버가 410(Gone)으로 응답하였습니다." : "여러 날 동안 전달에 성공하지 못했습니다.",
        "수신 서버를 고친 뒤 웹훅을 다시 켜고, 실패한 알림을 다시 보내게 하실 수 있습니다."),
      english: Letter.Words(
        "Your webhook is disabled", "Nothing more is sent to this address: \(url)",
        isGone ? "Its receiver answered 410 (Gone)." : "Nothing could be delivered for days.",
        "When the receiver works again, enable the webhook and replay what has failed."))
  }
}
