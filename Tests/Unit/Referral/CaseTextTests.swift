import Contracts
import FoundationEssentials
import Testing

@testable import Referral
@testable import ServiceKit

/// What is told when staff acts on what people write about results.
@Suite struct CaseTextTests {
  private let first = CitizenID()
  private let second = CitizenID()
  private let author = CitizenID()
  private let now = CaseWalk.day(25)

  private func rating(of id: CaseID) -> Rating {
    Rating(
      id: RatingID(), caseID: id, subject: .answer, score: 1, reason: "욕설", ratedAt: now, changedAt: now, hiding: nil,
      proposedHiding: nil)
  }

  private func opinion(on id: CaseID) -> ResultOpinion {
    ResultOpinion(id: ResultOpinionID(), caseID: id, author: author, text: "욕설", writtenAt: now)
  }

  private func checkEveryAct(on written: some CaseText, _ kind: CaseTextKind, _ known: Case) throws {
    var text = written
    let draft = HidingDraft(code: .offensive, explanation: "모욕")
    let acts = [
      try text.hidingProposed(draft, by: first, at: now), try text.hidingRefused(by: second),
      try text.hidingProposed(draft, by: first, at: now), try text.hidingConfirmed(by: second, at: now),
      try text.restored(RestorationDraft(reason: "인용")),
    ]
    let proposed = TextModeration(deed: .proposeHiding, code: .offensive, explanation: "모욕")
    #expect(
      acts == [
        proposed, TextModeration(deed: .refuseHiding), proposed,
        TextModeration(deed: .hide, code: .offensive, explanation: "모욕"),
        TextModeration(deed: .restore, explanation: "인용"),
      ])
    #expect(acts.map(\.hasEffect) == [false, false, false, true, true])
    for act in acts {
      let event = known.moderated(text, act, by: second, as: .admin, at: now)
      #expect(
        event
          == CaseTextModerated(
            caseID: known.id, proposal: known.proposal, title: known.title, kind: kind,
            text: CaseTextID(written.id.uuid), deed: act.deed, actor: second, role: "admin", code: act.code,
            explanation: act.explanation, doneAt: now))
      // Neither what was written nor who wrote it.
      let told = String(decoding: try JSON.encode(event), as: UTF8.self)
      #expect(!told.contains("욕설") && !told.contains(author.description))
    }
  }

  @Test func everyActIsToldWithoutTheTextAndItsAuthor() throws {
    let known = try CaseWalk.answered()
    try checkEveryAct(on: rating(of: known.id), .rating, known)
    try checkEveryAct(on: opinion(on: known.id), .resultOpinion, known)
  }

  @Test func nobodyHidesAlone() throws {
    var text = opinion(on: CaseID())
    _ = try text.hidingProposed(HidingDraft(code: .libellous, explanation: nil), by: first, at: now)
    let proposed = text
    #expect { try text.hidingConfirmed(by: first, at: now) } throws: { ($0 as? Problem)?.code == "forbidden" }
    #expect { try text.hidingRefused(by: first) } throws: { ($0 as? Problem)?.code == "forbidden" }
    #expect(text == proposed)
  }

  @Test func itChangesNeitherWhoHasTheCaseNorWhereTheTaskStands() throws {
    let known = try CaseWalk.answered()
    let event = ReferralEvent.textModerated(
      known.moderated(opinion(on: known.id), TextModeration(deed: .restore), by: first, as: .supportUnit, at: now))
    #expect(event.custody == nil && event.taskState == nil && event.crossing == nil)
    #expect(event.proposal == known.proposal)
  }
}
