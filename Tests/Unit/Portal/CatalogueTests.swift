import ServiceKit
import Testing

@testable import Moderation
@testable import Portal

@Suite struct CatalogueTests {
  @Test func everyDatasetOfTheForumIsInTheCatalogueAsItsServiceDescribesIt() {
    let entries = Catalogue(Dataset.ofThePortal).datasets
    #expect(entries == (Dataset.ofThePortal + [.actions]).map(Catalogue.Entry.init))
    #expect(entries.last?.csv == "/v1/open-data/downloads/actions.csv")
  }
}
