import Contracts
import FoundationEssentials
import ServiceKit
import Testing

@testable import Referral

@Suite struct CaseDraftTests {
  private let now = CaseWalk.day(0)

  private func read<Draft: Decodable>(_ json: String, as _: Draft.Type = Draft.self) throws -> Draft {
    try JSON.decode(from: Array(json.utf8))
  }

  private func pointers(_ body: () throws -> Void) -> [String] {
    do {
      try body()
      return []
    } catch let problem as Problem {
      return problem.errors.map(\.pointer)
    } catch { return ["\(error)"] }
  }

  @Test func aCaseNeedsAMemberWhoMayDecide() throws {
    let conflicted: MembersDraft = try read(
      #"{"members":[{"name":"김","capacity":"chair","conflict":"친족"},{"name":"이","capacity":"expert"}]}"#)
    #expect(pointers { _ = try conflicted.checked() } == ["#/members"])
    let twice: MembersDraft = try read(
      #"{"members":[{"name":"김","capacity":"chair"},{"name":" 김 ","capacity":"civilian"}]}"#)
    #expect(pointers { _ = try twice.checked() } == ["#/members"])
    let unknown: MembersDraft = try read(#"{"members":[{"name":"김","capacity":"king"}]}"#)
    #expect(pointers { _ = try unknown.checked() }.first == "#/members/0/capacity")
    let fine: MembersDraft = try read(#"{"members":[{"name":"김","capacity":"chair"}]}"#)
    #expect(try fine.checked() == [CaseMember(name: "김", capacity: .chair)])
  }

  @Test func aRecordTellsWhoWasThereAndIsOfThePast() throws {
    let future: DeliberationDraft = try read(
      #"{"heldAt":"2030-01-01T00:00:00Z","attendance":[{"capacity":"civilian","present":3,"absent":0}],"minutes":"m"}"#)
    #expect(pointers { _ = try future.checked(at: now) } == ["#/heldAt"])
    let empty: DeliberationDraft = try read(
      #"{"heldAt":"2026-01-01T00:00:00Z","attendance":[{"capacity":"expert","present":3,"absent":0}],"minutes":"m"}"#)
    #expect(pointers { _ = try empty.checked(at: now) } == ["#/attendance"])
    let address: DeliberationDraft = try read(
      #"{"heldAt":"2026-01-01T00:00:00Z","attendance":[{"capacity":"chair","present":1,"absent":0}],"minutes":"m","recording":"javascript:alert(1)"}"#
    )
    #expect(pointers { _ = try address.checked(at: now) } == ["#/recording"])
  }

  @Test(arguments: [
    (#"{"decision":"adopt","reasons":"r"}"#, []), (#"{"decision":"adopt-with-changes","reasons":"r"}"#, ["#/changes"]),
    (#"{"decision":"decline","reasons":"r","changes":"c"}"#, ["#/changes"]),
    (#"{"decision":"maybe","reasons":""}"#, ["#/decision", "#/reasons"]),
  ])
  func aDecisionHasReasonsAndItsChanges(json: String, expected: [String]) throws {
    let draft: CommitteeDecisionDraft = try read(json)
    #expect(pointers { _ = try draft.checked() } == expected)
  }

  @Test(arguments: [
    (#"{"outcome":"adopted","heldAt":"2026-11-20T00:00:00Z","reasons":"r"}"#, []),
    (#"{"outcome":"deferred","heldAt":"2026-11-20T00:00:00Z","reasons":"r"}"#, ["#/deferredTo"]),
    (
      #"{"outcome":"deferred","heldAt":"2026-11-20T00:00:00Z","reasons":"r","deferredTo":"2026-11-24"}"#,
      ["#/deferredTo"]
    ),
    (#"{"outcome":"deferred","heldAt":"2026-11-20T00:00:00Z","reasons":"r","deferredTo":"2026-11-25"}"#, []),
    (#"{"outcome":"adopted-with-conditions","heldAt":"2026-11-20T00:00:00Z","reasons":"r"}"#, ["#/conditions"]),
  ])
  func aConclusionHasWhatItsOutcomeNeeds(json: String, expected: [String]) throws {
    let draft: ConclusionDraft = try read(json)
    #expect(pointers { _ = try draft.checked(at: now) } == expected)
  }

  @Test func aPlanIsWithinItsBounds() throws {
    let backwards: PlanDraft = try read(
      #"{"milestones":[{"title":"t","deliverable":"d","startsOn":"2027-02-01","endsOn":"2027-01-01"}]}"#)
    #expect(pointers { _ = try backwards.checked(at: now) } == ["#/milestones/0/endsOn"])
    let none: PlanDraft = try read(#"{"milestones":[]}"#)
    #expect(pointers { _ = try none.checked(at: now) } == ["#/milestones"])
    #expect(throws: DecodingError.self) {
      let _: PlanDraft = try read(
        #"{"milestones":[{"title":"t","deliverable":"d","startsOn":"2027-02-30","endsOn":"2027-03-01"}]}"#)
    }
  }

  @Test func whatIsCompletedIsProved() throws {
    let bare: ReportDraft = try read(#"{"status":"completed","report":"끝"}"#)
    #expect(pointers { _ = try bare.checked() } == ["#/evidence"])
    let proved: ReportDraft = try read(#"{"status":"completed","report":"끝","evidence":["https://example.org/a"]}"#)
    #expect(try proved.checked().status == .completed)
    let plain: ReportDraft = try read(#"{"status":"limited","report":"중","evidence":["http://example.org/a"]}"#)
    #expect(pointers { _ = try plain.checked() } == ["#/evidence/0"])
  }
}
