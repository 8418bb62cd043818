import Contracts
import FoundationEssentials
import HTTPServer
import ServiceKit

/// A language that the pages speak.
enum Language: String, Sendable, CaseIterable {
  case korean = "ko", english = "en"

  /// Its name in itself.
  var ownName: String {
    switch self {
    case .korean: "한국어"
    case .english: "English"
    }
  }

  /// The language that an `Accept-Language` header prefers (RFC 9110, section 12.5.4); Korean when it knows neither.
  static func preferred(by header: String?) -> Language {
    var best: (language: Language, quality: Double)?
    for part in (header ?? "").prefix(500).split(separator: ",") {
      let pieces = part.split(separator: ";").map { $0.filter { !$0.isWhitespace }.lowercased() }
      guard let tag = pieces.first?.split(separator: "-").first, let language = Language(rawValue: String(tag)) else {
        continue
      }
      let weight = pieces.dropFirst().first { $0.hasPrefix("q=") }.map { Double($0.dropFirst(2)) ?? 0 } ?? 1
      if weight > best?.quality ?? 0 { best = (language, weight) }
    }
    return best?.language ?? .korean
  }
}

extension HTML {
  /// A `lang` attribute for what a person wrote in another language than the page's, so that it is read aloud rightly
  /// (WCAG 2.2, 3.1.2). Hangul means Korean; other letters do not tell.
  static func mark(languageOf text: String, on page: Language) -> HTML {
    let isKorean = text.unicodeScalars.contains { (0xac00...0xd7a3).contains($0.value) }
    return when(isKorean && page != .korean, " lang=\"ko\"")
  }
}

/// What a page is written in, and whether the reader chose it by the address, so that links must carry it on.
struct Speech: Sendable, Equatable {
  let language: Language
  let isChosen: Bool

  init(_ language: Language, isChosen: Bool = false) {
    self.language = language
    self.isChosen = isChosen
  }

  init(_ request: Request) {
    let chosen = request.query("lang").flatMap(Language.init)
    self.init(
      chosen ?? Language.preferred(by: request.http.headers["accept-language"]), isChosen: chosen != nil)
  }

  func callAsFunction(_ phrase: Phrase) -> String { phrase.in(language) }

  /// The address of a page in the same language.
  func link(_ address: Address) -> String {
    isChosen ? address.with("lang", language.rawValue).text : address.text
  }
}

extension Int64 {
  /// With a comma at every third digit, as both languages write it.
  var grouped: String {
    let digits = Array(String(magnitude))
    var result = self < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
      if index > 0 && (digits.count - index).isMultiple(of: 3) { result += "," }
      result.append(digit)
    }
    return result
  }
}
