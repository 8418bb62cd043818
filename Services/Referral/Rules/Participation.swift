/// What another service says when it is asked whether somebody took part in bringing a task so far.
enum Participation: Sendable, Equatable {
  case yes, no
  /// It could not be asked, or said nothing that can be understood.
  case unknown

  /// What two of them say together: one yes is enough, and a no needs both.
  static func either(_ one: Participation, _ other: Participation) -> Participation {
    if one == .yes || other == .yes { return .yes }
    return one == .no && other == .no ? .no : .unknown
  }
}
