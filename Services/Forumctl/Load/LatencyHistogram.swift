/// Counts durations in buckets that widen with the duration, so that a share is known within one in 128, however many.
struct LatencyHistogram: Sendable, Equatable {
  private static let precision = 7
  private static let width = 1 << precision

  private var counts = [Int](repeating: 0, count: (64 - precision) * width)
  private(set) var total = 0
  /// Microseconds; exact.
  private(set) var maximum = 0

  mutating func record(microseconds: Int) {
    let value = max(0, microseconds)
    counts[Self.bucket(of: value)] += 1
    total += 1
    maximum = max(maximum, value)
  }

  mutating func add(_ other: LatencyHistogram) {
    for index in counts.indices { counts[index] += other.counts[index] }
    total += other.total
    maximum = max(maximum, other.maximum)
  }

  /// What a share of the durations does not exceed (nearest rank), in microseconds, rounded up to its bucket's end; nil
  /// of none.
  func percentile(_ share: Double) -> Int? {
    guard total > 0 else { return nil }
    let rank = min(max(Int((share * Double(total)).rounded(.up)), 1), total)
    var seen = 0
    for (index, count) in counts.enumerated() {
      seen += count
      if seen >= rank { return min(Self.end(of: index), maximum) }
    }
    return maximum
  }

  /// Below 128 a bucket a microsecond; above, 128 buckets for each doubling.
  private static func bucket(of value: Int) -> Int {
    guard value >= width else { return value }
    let shift = Int.bitWidth - 1 - value.leadingZeroBitCount - precision
    return (shift + 1) * width + (value >> shift) - width
  }

  /// The largest value in a bucket.
  private static func end(of bucket: Int) -> Int {
    guard bucket >= width else { return bucket }
    let shift = bucket / width - 1
    return ((bucket % width + width + 1) << shift) &- 1
  }
}
