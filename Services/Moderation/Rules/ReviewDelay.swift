import Contracts
import FoundationEssentials

/// How long proposals wait for their review, as everybody may know.
struct ReviewDelay: Sendable, Equatable, Encodable {
  /// Proposals that wait.
  let waiting: Int
  /// Whole days that half of them have waited at least; nought when none waits.
  let medianDays: Int
  /// Days within which the Support Unit means to answer.
  let targetDays: Int

  /// Whether the Support Unit is behind: half of what waits has waited longer than it should.
  var isLate: Bool { waiting > 0 && medianDays > targetDays }

  /// What everybody is to be told; nil when they know.
  /// - Parameter wasLate: what they were told last.
  func notice(wasLate: Bool, at now: Date) -> NoticeEvent? {
    switch (wasLate, isLate) {
    case (false, true):
      .reviewDelayed(
        ReviewDelayed(waiting: waiting, medianDays: medianDays, targetDays: targetDays, noticedAt: now))
    case (true, false):
      .reviewOnTime(
        ReviewOnTime(waiting: waiting, medianDays: medianDays, targetDays: targetDays, noticedAt: now))
    case (true, true), (false, false): nil
    }
  }

  enum CodingKeys: CodingKey { case waiting, medianDays, targetDays, isLate }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(waiting, forKey: .waiting)
    try container.encode(medianDays, forKey: .medianDays)
    try container.encode(targetDays, forKey: .targetDays)
    try container.encode(isLate, forKey: .isLate)
  }
}
