import Contracts

/// Which ministry takes the cases of a category, as the database is seeded; operators may change it there.
enum Competence {
  /// The ministry's slug.
  static func ministry(for category: Category) -> String {
    switch category {
    case .politics, .administration, .other: "mois"
    case .foreignAffairs: "mofa"
    case .jobs: "moel"
    case .futureGrowth: "msit"
    case .growthEngines: "motie"
    case .rural, .animals: "mafra"
    case .welfare, .population: "mohw"
    case .childcare: "moe"
    // Safety and environment are one category: safety stands first in it, and the ministry for safety also coordinates
    // the others in disasters, so it is the one that can hand an environmental case on.
    case .safety: "mois"
    case .humanRights: "mogef"
    case .culture: "mcst"
    case .economy: "moef"
    case .transport: "molit"
    }
  }
}
