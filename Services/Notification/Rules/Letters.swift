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
  /// To the author.
  /// - Parameters:
  ///   - title: of the proposal.
  ///   - publicURL: where people read proposals, without a slash at its end.
  init(_ occasion: Occasion, about title: String, in language: Language, publicURL: String) {
    let words: Words =
      switch language {
      case .korean: KoreanLetters.words(for: occasion)
      case .english: EnglishLetters.words(for: occasion)
      }
    self.init(words, about: title, link: "\(publicURL)/proposals/\(occasion.proposal)", in: language)
  }

  /// To who supported the proposal before its review; nil where they are not written to.
  init?(toSupporterAbout occasion: Occasion, about title: String, in language: Language, publicURL: String) {
    guard case .moderation(let event) = occasion else { return nil }
    let words: Words? =
      switch language {
      case .korean: KoreanLetters.wordsForSupporters(about: event)
      case .english: EnglishLetters.wordsForSupporters(about: event)
      }
    guard let words else { return nil }
    self.init(words, about: title, link: "\(publicURL)/proposals/\(occasion.proposal)", in: language)
  }

  private init(_ words: Words, about title: String, link: String, in language: Language) {
    switch language {
    case .korean:
      self.init(
        words, subject: "[국민포럼] \(words.headline): \(title)", greeting: "안녕하세요.", about: "제안: \(title)",
        link: "자세히 보기: \(link)", closing: "정부혁신국민포럼 드림\n이 메일은 자동으로 발송되었으며 회신을 받지 않습니다.")
    case .english:
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
