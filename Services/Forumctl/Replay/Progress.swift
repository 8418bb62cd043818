import FoundationEssentials
import Glibc
import Synchronization

/// How far a step has come, on standard error: a bar on a terminal, otherwise a line every five seconds.
final class Progress: Sendable {
  private let what: String
  private let total: Int
  private let done = Atomic<Int>(0)
  private let start = ContinuousClock.now
  private let isTerminal = isatty(STDERR_FILENO) == 1

  init(_ what: String, of total: Int) {
    self.what = what
    self.total = total
  }

  func add(_ count: Int = 1) { done.add(count, ordering: .relaxed) }

  /// Shows the progress while `body` runs.
  static func show<Result>(
    _ what: String, of total: Int, _ body: (Progress) async throws -> Result
  ) async throws -> Result {
    let progress = Progress(what, of: total)
    let ticker = Task {
      while (try? await Task.sleep(for: progress.isTerminal ? .milliseconds(200) : .seconds(5))) != nil {
        progress.write(isLast: false)
      }
    }
    defer {
      ticker.cancel()
      progress.write(isLast: true)
    }
    return try await body(progress)
  }

  private func write(isLast: Bool) {
    let count = done.load(ordering: .relaxed)
    let seconds = (ContinuousClock.now - start).seconds
    let rate = seconds > 0.1 ? " (\(Int(Double(count) / seconds))/s)" : ""
    let text = "\(what): \(count) of \(total)\(rate)"
    guard isTerminal else {
      printError(text)
      return
    }
    let width = 30
    let filled = total > 0 ? min(width, count * width / total) : width
    let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: width - filled)
    writeError("\r\u{1b}[K[\(bar)] \(text)" + (isLast ? "\n" : ""))
  }
}

extension Duration {
  var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}

/// Runs `body` for 0..<count, at most `width` at a time.
/// - Returns: the results in order.
func concurrently<Result: Sendable>(
  _ count: Int, width: Int, _ body: @escaping @Sendable (Int) async throws -> Result
) async throws -> [Result] {
  try await withThrowingTaskGroup(of: (Int, Result).self) { group in
    var results: [Result?] = Array(repeating: nil, count: count)
    var started = 0
    func start() {
      guard started < count else { return }
      let index = started
      started += 1
      group.addTask { (index, try await body(index)) }
    }
    for _ in 0..<width { start() }
    while let (index, result) = try await group.next() {
      results[index] = result
      start()
    }
    return results.compactMap(\.self)
  }
}
