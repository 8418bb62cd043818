import Contracts
import FoundationEssentials
import ServiceKit

/// What people write about the results of a case. No single person hides it, and each act of the Support Unit is told.
protocol CaseText: Hidable, Sendable {
  associatedtype Kind
  static var kind: CaseTextKind { get }
  var id: Identifier<Kind> { get }
  var caseID: CaseID { get }
}

/// What a member of staff does with a text, and what is given as the reason.
struct TextModeration: Sendable, Equatable {
  let deed: OpinionDeed
  var code: OpinionHidingCode?
  var explanation: String?

  /// Whether everybody reads something else from then on. What one person alone holds against a text, and another does not, is
  /// not told to everybody.
  var hasEffect: Bool { deed == .hide || deed == .restore }
}

extension CaseText {
  /// One person of the Support Unit thinks that the text must not be read.
  /// - Throws: `Problem` 409 when there is no text or another hiding waits, 422 for an explanation that cannot be public.
  mutating func hidingProposed(_ draft: HidingDraft, by staff: CitizenID, at now: Date) throws(Problem)
    -> TextModeration
  {
    let proposed = try proposeHiding(for: draft.code, draft.explanation, by: staff, at: now)
    return TextModeration(deed: .proposeHiding, code: proposed.code, explanation: proposed.explanation)
  }

  /// The second person agrees.
  /// - Throws: `Problem` 409 when nothing was proposed, 403 for who proposed it.
  mutating func hidingConfirmed(by staff: CitizenID, at now: Date) throws(Problem) -> TextModeration {
    let proposed = try confirmHiding(by: staff, at: now)
    return TextModeration(deed: .hide, code: proposed.code, explanation: proposed.explanation)
  }

  /// The second person does not agree.
  /// - Throws: `Problem` 409 when nothing was proposed, 403 for who proposed it.
  mutating func hidingRefused(by staff: CitizenID) throws(Problem) -> TextModeration {
    try refuseHiding(by: staff)
    return TextModeration(deed: .refuseHiding)
  }

  /// A hidden text can be read again.
  /// - Throws: `Problem` 409 when it is not hidden, 422 for a reason that cannot be public.
  mutating func restored(_ draft: RestorationDraft) throws(Problem) -> TextModeration {
    TextModeration(deed: .restore, explanation: try restore(because: draft.reason))
  }
}

extension Case {
  /// What is told of it when staff acts on a text about its results.
  func moderated(
    _ text: some CaseText, _ done: TextModeration, by staff: CitizenID, as role: Role, at now: Date
  ) -> CaseTextModerated {
    CaseTextModerated(
      caseID: id, proposal: proposal, title: title, kind: type(of: text).kind, text: CaseTextID(text.id.uuid),
      deed: done.deed, actor: staff, role: role.rawValue, code: done.code, explanation: done.explanation, doneAt: now)
  }
}
