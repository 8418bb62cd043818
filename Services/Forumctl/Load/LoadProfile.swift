/// When requests are due: phases, each at a constant rate, whatever the answers do.
struct LoadProfile: Sendable, Equatable {
  struct Phase: Sendable, Equatable {
    let rate: Double
    let seconds: Double

    var count: Int { Int((rate * seconds).rounded()) }
  }

  let phases: [Phase]

  /// Requests in all.
  var count: Int { phases.reduce(0) { $0 + $1.count } }
  var seconds: Double { phases.reduce(0) { $0 + $1.seconds } }

  /// Requests that are due at a time in nanoseconds from the start, or were before.
  func due(by time: Int64) -> Int {
    var rest = Double(time) / 1e9
    var due = 0
    for phase in phases where rest >= 0 {
      due += min(phase.count, Int(rest * phase.rate) + 1)
      rest -= phase.seconds
    }
    return due
  }

  static func constant(rate: Double, seconds: Double) -> LoadProfile {
    LoadProfile(phases: [Phase(rate: rate, seconds: seconds)])
  }

  /// From `base` up to `rate` in so many phases of the same length and the same rise.
  static func step(from base: Double, to rate: Double, steps: Int, seconds: Double) -> LoadProfile {
    guard steps > 1 else { return constant(rate: rate, seconds: seconds) }
    return LoadProfile(
      phases: (0..<steps).map { step in
        Phase(rate: base + (rate - base) * Double(step) / Double(steps - 1), seconds: seconds / Double(steps))
      })
  }

  /// At `base`, and for `spike` seconds in the middle at `rate`.
  static func spike(base: Double, rate: Double, spike: Double, seconds: Double) -> LoadProfile {
    let side = max(0, seconds - spike) / 2
    let phases = [Phase(rate: base, seconds: side), Phase(rate: rate, seconds: min(spike, seconds))]
    return LoadProfile(phases: side > 0 ? phases + [phases[0]] : [phases[1]])
  }

  /// Walks through the moments at which requests are due.
  struct Schedule {
    private let phases: [Phase]
    /// The phase of `next`.
    private(set) var phase = 0
    private var begin = 0.0
    private var placeInPhase = 0

    init(_ profile: LoadProfile) {
      phases = profile.phases
      skipFinished()
    }

    /// Nanoseconds from the start; nil at the end.
    var next: Int64? {
      guard phase < phases.count else { return nil }
      return Int64((begin + Double(placeInPhase) / phases[phase].rate) * 1e9)
    }

    mutating func advance() {
      placeInPhase += 1
      skipFinished()
    }

    private mutating func skipFinished() {
      while phase < phases.count, placeInPhase >= phases[phase].count {
        begin += phases[phase].seconds
        phase += 1
        placeInPhase = 0
      }
    }
  }
}
