import Synchronization

/// A number that only grows.
public final class Counter: Sendable {
  private let value = Atomic<Int>(0)

  /// Counts on; safe from any thread.
  public func add(_ amount: Int = 1) { value.wrappingAdd(amount, ordering: .relaxed) }
  var total: Int { value.load(ordering: .relaxed) }
}

/// Counts observations by size; sizes in seconds.
public final class Histogram: Sendable {
  /// The upper bounds that OpenTelemetry recommends for HTTP servers, in seconds.
  public static let latencyBounds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]

  struct State {
    var counts: [Int]
    var sum = 0.0
  }

  let bounds: [Double]
  let state: Mutex<State>

  init(bounds: [Double]) {
    self.bounds = bounds
    state = Mutex(State(counts: Array(repeating: 0, count: bounds.count + 1)))
  }

  /// Counts `count` observations of so many seconds each.
  public func observe(_ seconds: Double, count: Int = 1) {
    let bucket = bounds.firstIndex { seconds <= $0 } ?? bounds.count
    state.withLock {
      $0.counts[bucket] += count
      $0.sum += seconds * Double(count)
    }
  }
}

/// The figures of a process, in Prometheus' text format 0.0.4.
public final class Metrics: Sendable {
  private enum Figure: Sendable {
    case counter(Counter)
    case gauge(@Sendable () -> Double)
    case histogram(Histogram)

    var type: String {
      switch self {
      case .counter: "counter"
      case .gauge: "gauge"
      case .histogram: "histogram"
      }
    }
  }
  private struct Series: Sendable {
    var labels: String
    var figure: Figure
  }
  private struct Family: Sendable {
    var name: String
    var help: String
    var series: [Series]
  }

  private let families = Mutex<[Family]>([])

  /// No figures yet.
  public init() {}

  /// - Parameter name: base unit and `_total` at the end, as Prometheus asks.
  public func counter(_ name: String, _ help: String, _ labels: KeyValuePairs<String, String> = [:]) -> Counter {
    let counter = Counter()
    add(name, help, labels, .counter(counter))
    return counter
  }

  /// Adds a figure that goes up and down.
  /// - Parameter read: called whenever the page is asked for, from any thread.
  public func gauge(
    _ name: String, _ help: String, _ labels: KeyValuePairs<String, String> = [:],
    _ read: @escaping @Sendable () -> Double
  ) { add(name, help, labels, .gauge(read)) }

  /// Adds a distribution.
  /// - Parameters:
  ///   - name: `_seconds` at the end.
  ///   - bounds: upper bounds of the buckets, growing, without the infinite one.
  public func histogram(
    _ name: String, _ help: String, _ labels: KeyValuePairs<String, String> = [:],
    bounds: [Double] = Histogram.latencyBounds
  ) -> Histogram {
    let histogram = Histogram(bounds: bounds)
    add(name, help, labels, .histogram(histogram))
    return histogram
  }

  private func add(_ name: String, _ help: String, _ labels: KeyValuePairs<String, String>, _ figure: Figure) {
    let text = labels.map { "\($0)=\"\(Self.escaped($1))\"" }.joined(separator: ",")
    families.withLock { families in
      let series = Series(labels: text, figure: figure)
      if let index = families.firstIndex(where: { $0.name == name }) {
        families[index].series.append(series)
      } else {
        families.append(Family(name: name, help: help, series: [series]))
      }
    }
  }

  /// The whole page.
  public func rendered() -> String {
    let families = families.withLock { $0 }
    var page = ""
    for family in families {
      page += "# HELP \(family.name) \(family.help)\n# TYPE \(family.name) \(family.series[0].figure.type)\n"
      for series in family.series {
        switch series.figure {
        case .counter(let counter): page += Self.line(family.name, series.labels, "\(counter.total)")
        case .gauge(let read): page += Self.line(family.name, series.labels, "\(read())")
        case .histogram(let histogram): page += Self.lines(family.name, series.labels, histogram)
        }
      }
    }
    return page
  }

  private static func lines(_ name: String, _ labels: String, _ histogram: Histogram) -> String {
    let state = histogram.state.withLock { $0 }
    var page = ""
    var sum = 0
    for (index, count) in state.counts.enumerated() {
      sum += count
      let bound = index < histogram.bounds.count ? "\(histogram.bounds[index])" : "+Inf"
      page += line("\(name)_bucket", labels.isEmpty ? "le=\"\(bound)\"" : "\(labels),le=\"\(bound)\"", "\(sum)")
    }
    return page + line("\(name)_sum", labels, "\(state.sum)") + line("\(name)_count", labels, "\(sum)")
  }

  private static func line(_ name: String, _ labels: String, _ value: String) -> String {
    labels.isEmpty ? "\(name) \(value)\n" : "\(name){\(labels)} \(value)\n"
  }

  private static func escaped(_ text: String) -> String {
    text.reduce(into: "") { result, character in
      switch character {
      case "\\": result += "\\\\"
      case "\"": result += "\\\""
      case "\n": result += "\\n"
      default: result.append(character)
      }
    }
  }
}
