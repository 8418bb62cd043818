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

  enum CodingKeys: CodingKey { case waiting, medianDays, targetDays, isLate }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(waiting, forKey: .waiting)
    try container.encode(medianDays, forKey: .medianDays)
    try container.encode(targetDays, forKey: .targetDays)
    try container.encode(isLate, forKey: .isLate)
  }
}
