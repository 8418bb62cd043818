import HTTPServer
import Testing

@testable import Moderation
@testable import ServiceKit

/// Whatever an office can change leaves a line in the public action log.
@Suite struct StaffRouteTests {
  /// What each route is in the log. None for what decides nothing: it says who works on what, for minutes.
  private let deeds: [String: [Deed]] = [
    "POST /v1/offline-proposals": [.enter],
    "POST /v1/opinions/{id}/hiding": [.proposeHiding],
    "POST /v1/opinions/{id}/hiding/confirmation": [.hide],
    "POST /v1/opinions/{id}/hiding/refusal": [.refuseHiding],
    "POST /v1/opinions/{id}/restoration": [.restore],
    "POST /v1/reviews/{id}/lock": [],
    "DELETE /v1/reviews/{id}/lock": [],
    "POST /v1/proposals/{id}/acceptance": [.accept],
    "POST /v1/proposals/{id}/rejection": [.reject, .proposeRejection],
    "POST /v1/proposals/{id}/rejection/confirmation": [.reject],
    "POST /v1/proposals/{id}/rejection/refusal": [.refuseRejection],
    "POST /v1/proposals/{id}/return": [.return],
    "POST /v1/proposals/{id}/merger": [.merge],
    "POST /v1/proposals/{id}/selection": [.select],
    "POST /v1/proposals/{id}/appeal/decision": [.uphold, .overturn],
    "POST /v1/proposals/{id}/flags/dismissal": [.dismissFlags],
    "POST /v1/proposals/{id}/vote/pause": [.pauseVote],
    "POST /v1/proposals/{id}/vote/resumption": [.resumeVote],
    "POST /v1/proposals/{id}/vote/extension": [.extendVote],
    // What is only proposed holds for nobody; the ruling is a line with the name of who confirms it.
    "POST /v1/proposals/{id}/vote/rulings": [],
    "POST /v1/proposals/{id}/vote/rulings/forecast": [],
    "POST /v1/proposals/{id}/vote/rulings/{ruling}/refusal": [],
    "POST /v1/proposals/{id}/vote/rulings/{ruling}/confirmation": [.voidBallots, .releaseBallots],
    "POST /v1/ratings/{id}/hiding": [.proposeHiding],
    "POST /v1/ratings/{id}/hiding/confirmation": [.hide],
    "POST /v1/ratings/{id}/hiding/refusal": [.refuseHiding],
    "POST /v1/ratings/{id}/restoration": [.restore],
    "POST /v1/result-opinions/{id}/hiding": [.proposeHiding],
    "POST /v1/result-opinions/{id}/hiding/confirmation": [.hide],
    "POST /v1/result-opinions/{id}/hiding/refusal": [.refuseHiding],
    "POST /v1/result-opinions/{id}/restoration": [.restore],
    "POST /v1/cases": [.referCase],
    "POST /v1/cases/{id}/members": [.assignMembers],
    "POST /v1/cases/{id}/session": [.scheduleSession],
    "POST /v1/cases/{id}/deliberation": [.recordDeliberation],
    "POST /v1/cases/{id}/decision": [.decideCase],
    "POST /v1/cases/{id}/supplement": [.supplementCase],
    "POST /v1/cases/{id}/agenda": [.placeOnAgenda],
    "POST /v1/cases/{id}/conclusion": [.concludeCase],
    "POST /v1/cases/{id}/assignment": [.assignMinistry],
    "POST /v1/cases/{id}/lapse": [.lapseCase],
    "POST /v1/cases/{id}/extension": [.extendCase],
    "POST /v1/cases/{id}/acceptance": [.acceptCase],
    "POST /v1/cases/{id}/transfer": [.transferCase],
    "POST /v1/cases/{id}/answer": [.answerCase],
    "PUT /v1/cases/{id}/plan": [.planCase],
    "POST /v1/cases/{id}/milestones/{milestone}/reports": [.reportMilestone],
    "POST /v1/cases/{id}/milestones/{milestone}/delay": [.delayMilestone],
    "POST /v1/cases/{id}/completion": [.completeCase],
    "POST /v1/cases/{id}/discontinuation": [.discontinueCase],
    // A calendar that everybody can read, and about no proposal.
    "PUT /v1/holidays/{date}": [],
    "DELETE /v1/holidays/{date}": [],
  ]

  /// Whether it is for offices alone, whose word binds others.
  private func isOfOffice(_ route: Route) -> Bool {
    guard case .roles(let roles) = route.access else { return false }
    return roles.isDisjoint(with: [.citizen, .member])
  }

  @Test func everyRouteOfAnOfficeHasItsWordInTheLog() async throws {
    var found: Set<String> = []
    for (_, routes) in ServiceRoutes.all {
      for route in try await routes() where route.method != .get && isOfOffice(route) {
        found.insert("\(route.method.rawValue) \(route.pattern)")
      }
    }
    #expect(found.symmetricDifference(deeds.keys).sorted() == [])
    let byStaff = Set(deeds.values.flatMap { $0 })
    let byOthers: Set<Deed> = [.submit, .revise, .lapse, .withdraw, .appeal]
    #expect(byStaff.union(byOthers) == Set(Deed.allCases) && byStaff.isDisjoint(with: byOthers))
  }
}
