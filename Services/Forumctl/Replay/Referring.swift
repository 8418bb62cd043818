import Contracts
import FoundationEssentials
import HTTPClient

/// Leads the cases of a replay through the Committee and the strategy meeting to their ministries, as their offices do.
struct Referring: Sendable {
  let api: ForumAPI
  let citizens: Citizens
  /// Makes the keys of the requests: the same replay asks for the same.
  let name: String

  private static let width = 8

  func lead(_ cases: [CaseID]) async throws {
    _ = try await concurrently(cases.count, width: Self.width) { try await lead(cases[$0]) }
  }

  private struct Known: Decodable {
    let state: String
  }

  /// Step by step from wherever it stands, since an earlier run may have come some of the way.
  private func lead(_ id: CaseID) async throws {
    let path = "/v1/cases/\(id)"
    var known = try await api.json(Known.self, "GET", path)
    while let step = Self.steps[known.state] {
      let token = step.isOfCommittee ? citizens.committee : citizens.strategyMeeting
      let response = try await api.call(
        "POST", "\(path)/\(step.part)", token: token, key: "replay-\(name)-\(id)-\(step.part)", body: step.body())
      switch response.status {
      case 200: known = try JSON.decode(from: response.body)
      case 409:
        // Done by an attempt whose answer was lost; what was read may be a second old.
        try await Task.sleep(for: .seconds(1))
        known = try await api.json(Known.self, "GET", path)
      case let status:
        throw Failure("POST \(path)/\(step.part) answers \(status) \(ForumAPI.excerpt(response))")
      }
    }
  }

  private struct Step: Sendable {
    let part: String
    let isOfCommittee: Bool
    let json: @Sendable (_ now: String, _ later: String) -> String

    func body() -> [UInt8] {
      let now = Date.now.addingTimeInterval(-1)
      return Array(json(JSON.timestamp(now), JSON.timestamp(now.addingTimeInterval(86_400))).utf8)
    }
  }

  /// What comes next in each state that is not a ministry's.
  private static let steps: [String: Step] = [
    "received": Step(part: "members", isOfCommittee: true) { _, _ in
      #"{"members": [{"name": "김위원", "capacity": "civilian"}, {"name": "이위원", "capacity": "government"}]}"#
    },
    "with-members": Step(part: "session", isOfCommittee: true) { _, later in
      #"{"name": "정부혁신추진협의회", "meetsAt": "\#(later)"}"#
    },
    "scheduled": Step(part: "deliberation", isOfCommittee: true) { now, _ in
      #"""
      {"heldAt": "\#(now)", "attendance": [{"capacity": "civilian", "present": 8, "absent": 1}],
        "minutes": "과제를 심의하였다."}
      """#
    },
    "deliberated": Step(part: "decision", isOfCommittee: true) { _, _ in
      #"{"decision": "adopt", "reasons": "국민의 뜻이 뚜렷하다."}"#
    },
    "submitted": agenda, "deferred": agenda,
    "on-agenda": Step(part: "conclusion", isOfCommittee: false) { now, _ in
      #"{"outcome": "adopted", "heldAt": "\#(now)", "reasons": "소관부처에서 추진하기로 하였다."}"#
    },
  ]

  private static let agenda = Step(part: "agenda", isOfCommittee: false) { _, later in
    #"{"name": "정부혁신전략회의", "meetsAt": "\#(later)"}"#
  }
}
