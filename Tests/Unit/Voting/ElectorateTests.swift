import Contracts
import Crypto
import FoundationEssentials
import ServiceKit
import Testing

@testable import Voting

@Suite struct ElectorateTests {
  private func caller(_ roles: [String]) -> Caller {
    Caller(claims: AccessTokenClaims(iss: "i", sub: "s", aud: ["a"], exp: 1, iat: 0, roles: roles))
  }

  @Test func aVoteOfMembersIsForMembersAlone() {
    #expect(VoteRule.Electorate.members.refusal(of: caller(["citizen", "member"])) == nil)
    let refusal = VoteRule.Electorate.members.refusal(of: caller(["citizen"]))
    #expect(refusal?.status == 403 && refusal?.code == "members-only")
  }

  @Test func aVoteOfCitizensIsForMembersToo() {
    for roles in [["citizen"], ["citizen", "member"]] {
      #expect(VoteRule.Electorate.citizens.refusal(of: caller(roles)) == nil)
    }
  }
}
