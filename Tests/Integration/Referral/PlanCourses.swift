import Contracts
import FoundationEssentials
import Testing

@testable import Referral

/// Cases whose ministry plans three milestones, 60, 100 and 150 days from then, and does not keep all of them.
struct PlanCourses {
  /// What becomes of a plan.
  private enum Kind: Int, CaseIterable { case nothingDone, firstDoneSecondDelayed, suspended, discontinued }

  private struct Course {
    let id: CaseID
    let kind: Kind
    let began: Int
  }

  let molit: Holder
  private var courses: [Course] = []

  init(molit: Holder) { self.molit = molit }

  /// What happens on a day: a plan is made every thirtieth, and each takes its course.
  mutating func pass(_ day: Int, _ bench: ClockBench) async throws {
    if day % 30 == 7, day < 700 {
      let id = try await bench.receive()
      try await bench.pass(id, to: (molit, .implementation))
      try await bench.plan(id, [60, 100, 150])
      let kind = try #require(Kind(rawValue: courses.count % Kind.allCases.count))
      courses.append(Course(id: id, kind: kind, began: day))
    }
    for course in courses {
      switch (course.kind, day - course.began) {
      case (.firstDoneSecondDelayed, 50):
        try await bench.change(course.id) {
          try $0.progressed(
            1, to: .completed, report: "끝", evidence: ["https://example.org/"], by: CitizenID(), at: $1)
        }
      case (.firstDoneSecondDelayed, 88):
        let later = Day(of: bench.now).adding(42)
        try await bench.change(course.id) { try $0.delayed(2, to: later, for: "예산", by: CitizenID(), at: $1) }
      case (.suspended, 45): try await bench.vote(carries: false, of: course.id)
      case (.suspended, 65): try await bench.vote(carries: true, of: course.id)
      case (.discontinued, 110):
        try await bench.change(course.id) { try $0.discontinued(for: "예산", by: CitizenID(), at: $1) }
      default: break
      }
    }
  }

  /// Reminders, lateness and escalations to two offices that a plan leads to, of each milestone; 0 is the plan as a whole.
  private func expected(_ kind: Kind) -> [Int: [String: Int]] {
    let all = ["reminded": 1, "overdue": 1, "escalated": 2]
    return switch kind {
    case .nothingDone: [1: all, 2: all, 0: all]
    case .firstDoneSecondDelayed:
      [1: ["reminded": 1], 2: ["reminded": 2, "overdue": 1, "escalated": 2], 0: all]
    // The first was reminded of before, and is again, by its new due date.
    case .suspended: [1: ["reminded": 2, "overdue": 1, "escalated": 2], 2: all, 0: all]
    case .discontinued: [1: all, 2: ["reminded": 1, "overdue": 1]]
    }
  }

  /// Each of them came once for each due date, and nothing else.
  func check(_ bench: ClockBench) async throws {
    let told = try await bench.told().filter { $0.key.step == .implementation }
    #expect(told.values.allSatisfy { $0 == 1 })
    #expect(courses.count > 20)
    for course in courses {
      var counts: [Int: [String: Int]] = [:]
      for key in told.keys where key.caseID == course.id {
        let type = key.type.replacing("kr.forum.case.", with: "").replacing(".v1", with: "")
        counts[key.milestone ?? 0, default: [:]][type, default: 0] += 1
      }
      #expect(counts == expected(course.kind), "\(course.kind), from day \(course.began)")
    }
  }
}
