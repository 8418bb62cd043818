public import FoundationEssentials

/// A member of the Committee to whom a case is given to prepare.
public struct CaseMember: Codable, Sendable, Equatable {
  /// As the member is known in public: plain text, one line.
  public var name: String
  /// As what the person sits on it.
  public var capacity: MemberCapacity
  /// A conflict of interest that the member declared, which keeps the member from deciding: plain text; absent when none.
  public var conflict: String?

  /// One of these members.
  public init(name: String, capacity: MemberCapacity, conflict: String? = nil) {
    self.name = name
    self.capacity = capacity
    self.conflict = conflict
  }
}

/// As what somebody sits on the Committee, or comes to it.
public enum MemberCapacity: String, Codable, Sendable, CaseIterable {
  case chair
  /// Of a ministry, by office.
  case government
  /// Appointed from civil society.
  case civilian
  /// Heard, without a vote.
  case expert
}

/// When a body meets.
public struct CaseSession: Codable, Sendable, Equatable {
  /// Such as 제12차 정부혁신추진협의회: plain text, one line.
  public var name: String
  /// When it begins.
  public var meetsAt: Date
  /// Where: plain text, one line; absent when it is not public.
  public var place: String?

  /// One of these members.
  public init(name: String, meetsAt: Date, place: String? = nil) {
    self.name = name
    self.meetsAt = meetsAt
    self.place = place
  }
}

/// A meeting of the Forum off line, such as an open forum or a workshop.
public struct OfflineEvent: Codable, Sendable, Equatable {
  /// Such as 제3회 열린소통포럼: plain text, one line.
  public var name: String
  /// The day in Korea on which it was held.
  public var heldOn: Day
  /// Address of its minutes, https; absent when there are none.
  public var record: String?

  /// One of these members.
  public init(name: String, heldOn: Day, record: String? = nil) {
    self.name = name
    self.heldOn = heldOn
    self.record = record
  }
}

/// The record of a case's deliberation in the Committee; public.
public struct Deliberation: Codable, Sendable, Equatable {
  /// When it was deliberated.
  public var heldAt: Date
  /// Who was there, by capacity.
  public var attendance: [Attendance]
  /// What was said: plain text, line breaks allowed.
  public var minutes: String
  /// Address of the transcript or video; absent when there is none.
  public var recording: String?
  /// What was held for the task: plain text.
  public var opinionsFor: [String]
  /// What was held against it: plain text.
  public var opinionsAgainst: [String]
  /// What it would cost, as far as is known: plain text.
  public var cost: String?
  /// Whether and how it can be done: plain text.
  public var feasibility: String?

  /// One of these members.
  public init(
    heldAt: Date, attendance: [Attendance], minutes: String, recording: String? = nil, opinionsFor: [String],
    opinionsAgainst: [String], cost: String? = nil, feasibility: String? = nil
  ) {
    self.heldAt = heldAt
    self.attendance = attendance
    self.minutes = minutes
    self.recording = recording
    self.opinionsFor = opinionsFor
    self.opinionsAgainst = opinionsAgainst
    self.cost = cost
    self.feasibility = feasibility
  }
}

/// How many of one capacity came.
public struct Attendance: Codable, Sendable, Equatable {
  /// As what they sit on the Committee.
  public var capacity: MemberCapacity
  /// Who came.
  public var present: Int
  /// Who did not.
  public var absent: Int

  /// One of these members.
  public init(capacity: MemberCapacity, present: Int, absent: Int) {
    self.capacity = capacity
    self.present = present
    self.absent = absent
  }
}

/// What the Committee decides on a case.
public enum CommitteeDecision: String, Codable, Sendable, CaseIterable {
  case adopt
  case adoptWithChanges = "adopt-with-changes"
  case decline
  /// The Support Unit is to supplement it.
  case `return`
}

/// What the strategy meeting concludes on a case.
public enum MeetingOutcome: String, Codable, Sendable, CaseIterable {
  case adopted
  case adoptedWithConditions = "adopted-with-conditions"
  /// To a day.
  case deferred
  case declined
}

/// A step of a ministry's plan, with what can be verified of it.
public struct Milestone: Codable, Sendable, Equatable {
  /// Stays with the milestone as long as the plan has it, also when the plan is revised.
  public var number: Int
  /// Plain text, one line.
  public var title: String
  /// What will be there that anybody can verify: plain text, line breaks allowed.
  public var deliverable: String
  /// The first day of the work.
  public var startsOn: Day
  /// The day by whose end it is due.
  public var endsOn: Day
  /// How far it is.
  public var status: MilestoneStatus

  /// One of these members.
  public init(number: Int, title: String, deliverable: String, startsOn: Day, endsOn: Day, status: MilestoneStatus) {
    self.number = number
    self.title = title
    self.deliverable = deliverable
    self.startsOn = startsOn
    self.endsOn = endsOn
    self.status = status
  }
}

/// How far a commitment is, in the words of the Open Government Partnership's reviewers.
public enum MilestoneStatus: String, Codable, Sendable, CaseIterable {
  case notStarted = "not-started"
  case limited
  case substantial
  case completed
}
