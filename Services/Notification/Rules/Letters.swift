import Contracts
import FoundationEssentials

/// A mail to the author of a proposal, without addresses.
struct Letter: Sendable, Equatable {
  let subject: String
  let text: String

  /// What an occasion is told with: a headline, and paragraphs.
  struct Words: Sendable, Equatable {
    let headline: String
    let paragraphs: [String]

    init(_ headline: String, _ paragraphs: String...) {
      self.headline = headline
      self.paragraphs = paragraphs
    }
  }
}

extension Letter {
  /// - Parameters:
  ///   - title: of the proposal.
  ///   - publicURL: where people read proposals, without a slash at its end.
  init(_ occasion: Occasion, about title: String, in language: Language, publicURL: String) {
    let link = "\(publicURL)/proposals/\(occasion.proposal)"
    switch language {
    case .korean:
      let words = KoreanLetters.words(for: occasion)
      self.init(
        words, subject: "[국민포럼] \(words.headline): \(title)", greeting: "안녕하세요.", about: "제안: \(title)",
        link: "자세히 보기: \(link)", closing: "정부혁신국민포럼 드림\n이 메일은 자동으로 발송되었으며 회신을 받지 않습니다.")
    case .english:
      let words = EnglishLetters.words(for: occasion)
      self.init(
        words, subject: "[Citizen Forum] \(words.headline): \(title)", greeting: "Hello,", about: "Proposal: \(title)",
        link: "Read more: \(link)",
        closing: "Government Innovation Citizen Forum\nThis mail was sent automatically; replies are not read.")
    }
  }

  private init(_ words: Words, subject: String, greeting: String, about: String, link: String, closing: String) {
    self.subject = subject
    text = ([greeting, about] + words.paragraphs + [link, closing]).joined(separator: "\n\n") + "\n"
  }
}

extension Int64 {
  /// With commas between thousands, as both languages write it.
  var grouped: String {
    let digits = Array(String(magnitude))
    let text = digits.enumerated().reduce(into: "") { text, digit in
      if digit.offset > 0, (digits.count - digit.offset).isMultiple(of: 3) { text += "," }
      text.append(digit.element)
    }
    return self < 0 ? "-" + text : text
  }
}

extension Date {
  /// In Korea, which keeps UTC+9 all year: `2026-11-24` and `18:30`.
  var inKorea: (day: String, time: String) {
    let text = JSON.timestamp(addingTimeInterval(9 * 3_600))
    return (String(text.prefix(10)), String(text.dropFirst(11).prefix(5)))
  }
}
