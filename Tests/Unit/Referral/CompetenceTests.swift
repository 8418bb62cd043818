import Contracts
import Postgres
import Testing

@testable import Referral

@Suite struct CompetenceTests {
  @Test(arguments: [
    (Category.politics, "mois"), (.foreignAffairs, "mofa"), (.jobs, "moel"), (.futureGrowth, "msit"),
    (.growthEngines, "motie"), (.rural, "mafra"), (.welfare, "mohw"), (.childcare, "moe"), (.population, "mohw"),
    (.safety, "mois"), (.humanRights, "mogef"), (.culture, "mcst"), (.animals, "mafra"), (.economy, "moef"),
    (.transport, "molit"), (.administration, "mois"), (.other, "mois"),
  ])
  func eachCategoryHasItsMinistry(category: Category, ministry: String) {
    #expect(Competence.ministry(for: category) == ministry)
  }

  @Test func noCategoryIsWithoutAMinistryThatExists() {
    #expect(Category.allCases.allSatisfy { Ministry.named(Competence.ministry(for: $0)) != nil })
  }

  @Test func theSeedsNameEveryMinistryAndEveryCategory() throws {
    let sql = try #require(Migrations.all.first { $0.number == 100 }).sql
    for (index, ministry) in Ministry.all.enumerated() {
      #expect(sql.contains("(\(index + 1), '\(ministry.slug)', '\(ministry.korean)', '\(ministry.english)')"))
    }
    for category in Category.allCases {
      #expect(sql.contains("('\(category.rawValue)', '\(Competence.ministry(for: category))')"))
    }
  }
}
