/// The hours in which a process that keeps the clocks runs.
struct Uptime {
  private var up: [Bool]

  /// It is down now and then: for a night, for a month.
  init(hours: Int, using random: inout some RandomNumberGenerator) {
    up = [Bool](repeating: true, count: hours)
    for (length, times) in [(10, 30), (31 * 24, 3)] {
      for _ in 0..<times {
        let from = Int.random(in: 0..<hours - length, using: &random)
        for hour in from..<from + length { up[hour] = false }
      }
    }
  }

  subscript(hour: Int) -> Bool { up[hour] }
}
