public import Contracts
public import FoundationEssentials

/// What people wrote in public, and the Support Unit has hidden.
public struct Hiding: Sendable, Equatable {
  /// Characters that an explanation may have.
  public static let explanationLimit = 300

  /// Why.
  public let code: OpinionHidingCode
  /// Beside the code; public.
  public let explanation: String?
  /// Who proposed it.
  public let by: CitizenID
  /// Who agreed; nil where it was hidden before that took two.
  public let confirmedBy: CitizenID?
  /// Since when.
  public let at: Date

  /// Hidden by two persons.
  public init(code: OpinionHidingCode, explanation: String?, by: CitizenID, confirmedBy: CitizenID?, at: Date) {
    self.code = code
    self.explanation = explanation
    self.by = by
    self.confirmedBy = confirmedBy
    self.at = at
  }
}

/// A hiding that waits for a second person; the text is readable until then.
public struct ProposedHiding: Sendable, Equatable, AwaitsSecondPerson {
  /// Why.
  public let code: OpinionHidingCode
  /// Beside the code; not public yet.
  public let explanation: String?
  /// Who proposed it.
  public let proposedBy: CitizenID
  /// When.
  public let proposedAt: Date

  /// Proposed by one person.
  public init(code: OpinionHidingCode, explanation: String?, proposedBy: CitizenID, proposedAt: Date) {
    self.code = code
    self.explanation = explanation
    self.proposedBy = proposedBy
    self.proposedAt = proposedAt
  }
}

/// What people wrote for everybody to read. No single person hides it, and nothing is hidden for good.
public protocol Hidable {
  /// Nil while it can be read.
  var hiding: Hiding? { get set }
  /// Nil while nobody has proposed to hide it.
  var proposedHiding: ProposedHiding? { get set }
  /// - Throws: `Problem` 409 when there is no text to read.
  func requireReadable() throws(Problem)
}

extension Hidable {
  /// One person of the Support Unit thinks that the text must not be read.
  /// - Throws: `Problem` 409 when there is no text or another hiding waits, 422 for an explanation that cannot be public.
  public mutating func proposeHiding(
    for code: OpinionHidingCode, _ explanation: String?, by staff: CitizenID, at now: Date
  ) throws(Problem) -> ProposedHiding {
    try requireReadable()
    guard proposedHiding == nil else {
      throw .conflict("already-proposed", "A hiding of the text waits for a second person already.")
    }
    let explanation = try explanation.map { text throws(Problem) in
      try Self.checkedExplanation(text, at: "#/explanation")
    }
    let proposed = ProposedHiding(code: code, explanation: explanation, proposedBy: staff, proposedAt: now)
    proposedHiding = proposed
    return proposed
  }

  /// The second person agrees.
  /// - Returns: what was agreed to.
  /// - Throws: `Problem` 409 when nothing was proposed, 403 for who proposed it.
  public mutating func confirmHiding(by staff: CitizenID, at now: Date) throws(Problem) -> ProposedHiding {
    let proposed = try proposedHiding.forSecondPerson(staff, "hiding of the text")
    proposedHiding = nil
    hiding = Hiding(
      code: proposed.code, explanation: proposed.explanation, by: proposed.proposedBy, confirmedBy: staff, at: now)
    return proposed
  }

  /// The second person does not agree: the text stays as if nothing had been proposed.
  /// - Throws: `Problem` 409 when nothing was proposed, 403 for who proposed it.
  public mutating func refuseHiding(by staff: CitizenID) throws(Problem) {
    _ = try proposedHiding.forSecondPerson(staff, "hiding of the text")
    proposedHiding = nil
  }

  /// A hidden text can be read again. That takes no second person: what it undoes took two.
  /// - Returns: the reason to be published.
  /// - Throws: `Problem` 409 when it is not hidden, 422 for a reason that cannot be public.
  public mutating func restore(because reason: String) throws(Problem) -> String {
    guard hiding != nil else { throw .conflict("not-hidden", "The text is not hidden.") }
    let reason = try Self.checkedExplanation(reason, at: "#/reason")
    hiding = nil
    return reason
  }

  private static func checkedExplanation(_ text: String, at pointer: String) throws(Problem) -> String {
    var errors: [Problem.FieldError] = []
    let checked = PlainText.checkPublic(text, 1...Hiding.explanationLimit, lines: true, at: pointer, &errors)
    guard errors.isEmpty else { throw .invalid(errors) }
    return checked
  }
}
