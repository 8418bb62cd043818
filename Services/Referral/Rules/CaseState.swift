/// Where a case stands, as the API shows it: its stage, unless it is suspended.
enum CaseState: String, Codable, Sendable, CaseIterable {
  case received
  case withMembers = "with-members"
  case scheduled, deliberated, returned, submitted
  case onAgenda = "on-agenda"
  case deferred, adopted, assigned, accepted, completed, discontinued, declined
  /// Its vote does not carry any more.
  case suspended
  /// It was suspended, and has ended.
  case lapsed

  /// That of a stage: they have the same names.
  init(_ stage: CaseStage) {
    self =
      switch stage {
      case .received: .received
      case .withMembers: .withMembers
      case .scheduled: .scheduled
      case .deliberated: .deliberated
      case .returned: .returned
      case .submitted: .submitted
      case .onAgenda: .onAgenda
      case .deferred: .deferred
      case .adopted: .adopted
      case .assigned: .assigned
      case .accepted: .accepted
      case .completed: .completed
      case .discontinued: .discontinued
      case .declined: .declined
      }
  }
}

extension Case {
  /// Where it stands.
  var state: CaseState {
    guard let suspension else { return CaseState(stage) }
    return suspension.lapse == nil ? .suspended : .lapsed
  }
}
