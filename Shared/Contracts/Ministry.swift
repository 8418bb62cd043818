/// A ministry that can be put in charge of a task (소관부처).
public struct Ministry: Sendable, Hashable {
  /// Short name in topics and addresses: lower-case letters.
  public let slug: String
  /// Its official name.
  public let korean: String
  /// Its official name in English.
  public let english: String

  /// A ministry by its slug and names.
  public init(slug: String, korean: String, english: String) {
    self.slug = slug
    self.korean = korean
    self.english = english
  }

  /// The eighteen ministries of the Government Organization Act as of 2019.
  public static let all: [Ministry] = [
    Ministry(slug: "moef", korean: "기획재정부", english: "Ministry of Economy and Finance"),
    Ministry(slug: "moe", korean: "교육부", english: "Ministry of Education"),
    Ministry(slug: "msit", korean: "과학기술정보통신부", english: "Ministry of Science and ICT"),
    Ministry(slug: "mofa", korean: "외교부", english: "Ministry of Foreign Affairs"),
    Ministry(slug: "unikorea", korean: "통일부", english: "Ministry of Unification"),
    Ministry(slug: "moj", korean: "법무부", english: "Ministry of Justice"),
    Ministry(slug: "mnd", korean: "국방부", english: "Ministry of National Defense"),
    Ministry(slug: "mois", korean: "행정안전부", english: "Ministry of the Interior and Safety"),
    Ministry(slug: "mcst", korean: "문화체육관광부", english: "Ministry of Culture, Sports and Tourism"),
    Ministry(slug: "mafra", korean: "농림축산식품부", english: "Ministry of Agriculture, Food and Rural Affairs"),
    Ministry(slug: "motie", korean: "산업통상자원부", english: "Ministry of Trade, Industry and Energy"),
    Ministry(slug: "mohw", korean: "보건복지부", english: "Ministry of Health and Welfare"),
    Ministry(slug: "me", korean: "환경부", english: "Ministry of Environment"),
    Ministry(slug: "moel", korean: "고용노동부", english: "Ministry of Employment and Labor"),
    Ministry(slug: "mogef", korean: "여성가족부", english: "Ministry of Gender Equality and Family"),
    Ministry(slug: "molit", korean: "국토교통부", english: "Ministry of Land, Infrastructure and Transport"),
    Ministry(slug: "mof", korean: "해양수산부", english: "Ministry of Oceans and Fisheries"),
    Ministry(slug: "mss", korean: "중소벤처기업부", english: "Ministry of SMEs and Startups"),
  ]

  /// The ministry with a slug; nil when there is none.
  public static func named(_ slug: String) -> Ministry? { all.first { $0.slug == slug } }
}

/// The subject of a proposal; the seventeen of the Blue House petitions, which citizens know.
public enum Category: String, Sendable, Codable, CaseIterable {
  case politics, foreignAffairs = "foreign-affairs", jobs, futureGrowth = "future", growthEngines = "growth-engines"
  case rural, welfare, childcare, population, safety, humanRights = "human-rights", culture, animals, economy
  case transport, administration, other

  /// The name that citizens see.
  public var korean: String {
    switch self {
    case .politics: "정치개혁"
    case .foreignAffairs: "외교/통일/국방"
    case .jobs: "일자리"
    case .futureGrowth: "미래"
    case .growthEngines: "성장동력"
    case .rural: "농산어촌"
    case .welfare: "보건복지"
    case .childcare: "육아/교육"
    case .population: "저출산/고령화대책"
    case .safety: "안전/환경"
    case .humanRights: "인권/성평등"
    case .culture: "문화/예술/체육/언론"
    case .animals: "반려동물"
    case .economy: "경제민주화"
    case .transport: "교통/건축/국토"
    case .administration: "행정"
    case .other: "기타"
    }
  }

  /// The name for readers of English.
  public var english: String {
    switch self {
    case .politics: "Political reform"
    case .foreignAffairs: "Foreign affairs, unification, defence"
    case .jobs: "Jobs"
    case .futureGrowth: "Future"
    case .growthEngines: "Growth engines"
    case .rural: "Farming and fishing villages"
    case .welfare: "Health and welfare"
    case .childcare: "Child care and education"
    case .population: "Low birth rate and ageing"
    case .safety: "Safety and environment"
    case .humanRights: "Human rights and gender equality"
    case .culture: "Culture, sports, media"
    case .animals: "Companion animals"
    case .economy: "Economic democracy"
    case .transport: "Transport, building, land"
    case .administration: "Administration"
    case .other: "Other"
    }
  }

  /// The category with a Korean name, as it stands in petitions; nil when there is none.
  public static func named(korean: String) -> Category? { allCases.first { $0.korean == korean } }
}
