import Testing

@testable import Kafka

/// When the library's threads are woken. One that is forgotten sleeps for a second, with nothing to read meanwhile.
@Suite struct BacklogTests {
  /// How often threads are woken as the queue goes from one length to the next; each is seen at every step.
  private func wakes(_ lengths: [Int]) -> Int {
    var level = Backlog.Level()
    return lengths.map { level.falls(to: $0) }.filter { $0 }.count
  }

  private let limit = Int(Backlog.limit)

  @Test func aQueueThatWasFullIsFilledAgain() {
    #expect(wakes([limit + 3_000, limit + 2_488, limit - 5_000]) == 1)
    #expect(wakes([limit + 100, limit - 3_000, limit + 50, limit - 3_000]) == 2)
  }

  /// Full for a moment between two looks is enough for the library to go to sleep.
  @Test func aQueueThatWasFullBetweenTwoLooksIsFilledAgain() {
    for taken in 0...Backlog.step {
      let next = limit - taken
      #expect(wakes([limit - 1, next, next - Backlog.step, next - 2 * Backlog.step, next - 3 * Backlog.step]) == 1)
    }
  }

  @Test func aShortQueueWakesNobody() {
    #expect(wakes([0, 512, 4_000, 3_488, 0]) == 0)
  }
}
