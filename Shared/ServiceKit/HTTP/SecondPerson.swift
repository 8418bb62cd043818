public import Contracts

/// What one member of staff proposes and another decides on, since no single person may do it.
public protocol AwaitsSecondPerson {
  /// Who proposed it.
  var proposedBy: CitizenID { get }
}

extension AwaitsSecondPerson {
  /// - Parameter what: names it in a refusal, for example "rejection of the proposal".
  /// - Throws: `Problem` 403 for who proposed it.
  public func checkSecondPerson(_ staff: CitizenID, _ what: String) throws(Problem) {
    guard staff != proposedBy else {
      throw .forbidden("Another person than the one who proposed the \(what) decides on it.")
    }
  }
}

extension Optional where Wrapped: AwaitsSecondPerson {
  /// What the second person decides on.
  /// - Parameter what: names it in a refusal, for example "rejection of the proposal".
  /// - Throws: `Problem` 409 when nothing was proposed, 403 for who proposed it.
  public func forSecondPerson(_ staff: CitizenID, _ what: String) throws(Problem) -> Wrapped {
    guard let proposed = self else { throw .conflict("nothing-proposed", "No \(what) waits for a second person.") }
    try proposed.checkSecondPerson(staff, what)
    return proposed
  }
}
