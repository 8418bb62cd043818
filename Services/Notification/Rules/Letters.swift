import Contracts
import FoundationEssentials

/// A mail without addresses.
struct Letter: Sendable, Equatable {
  let subject: String
  let text: String

  /// What an occasion is told with: a headline, and paragraphs.
  struct Words: Sendable, Equatable {
    let headline: String
    let paragraphs: [String]

    /// - Parameter paragraphs: empty ones are left out.
    init(_ headline: String, _ paragraphs: String...) {
      self.headline = headline
      self.paragraphs = paragraphs.filter { !$0.isEmpty }
    }

    /// The paragraphs as one text.
    var text: String { paragraphs.joined(separator: "\n\n") }
  }
}

extension Letter.Words {
  /// What the people of an audience are told; nil where they are not told anything.
  init?(for occasion: Occasion, to audience: Audience, in language: Language) {
    let words: Letter.Words? =
      switch (audience, language) {
      case (.author, .korean): occasion.isForOfficeAlone ? nil : KoreanLetters.words(for: occasion)
      case (.author, .english): occasion.isForOfficeAlone ? nil : EnglishLetters.words(for: occasion)
      case (.supporter, .korean): KoreanLetters.wordsForSupporters(about: occasion)
      case (.supporter, .english): EnglishLetters.wordsForSupporters(about: occasion)
      case (.follower, _) where occasion.publicity == .nobody: nil
      case (.follower, .korean): KoreanLetters.wordsForFollowers(about: occasion)
      case (.follower, .english): EnglishLetters.wordsForFollowers(about: occasion)
      case (.owner, _): nil
      }
    guard let words else { return nil }
    self = words
  }
}

extension Letter {
  /// About a proposal.
  /// - Parameters:
  ///   - title: of the proposal.
  ///   - publicURL: where people read proposals, without a slash at its end.
  ///   - stopURL: where this kind of mail is stopped.
  init(
    _ words: Words, about title: String, _ proposal: ProposalID, in language: Language, publicURL: String,
    stopURL: String
  ) {
    let link = "\(publicURL)/proposals/\(proposal)"
    switch language {
    case .korean:
      self.init(
        words, subject: "\(words.headline): \(title)", about: ["제안: \(title)"], links: ["자세히 보기: \(link)"],
        in: language, stopURL: stopURL)
    case .english:
      self.init(
        words, subject: "\(words.headline): \(title)", about: ["Proposal: \(title)"], links: ["Read more: \(link)"],
        in: language, stopURL: stopURL)
    }
  }

  /// About something else than one proposal.
  init(_ words: Words, in language: Language, stopURL: String) {
    self.init(words, subject: words.headline, about: [], links: [], in: language, stopURL: stopURL)
  }

  private init(
    _ words: Words, subject: String, about: [String], links: [String], in language: Language, stopURL: String
  ) {
    let paragraphs: [String]
    switch language {
    case .korean:
      self.subject = "[국민포럼] \(subject)"
      paragraphs =
        ["안녕하세요."] + about + words.paragraphs + links
        + ["정부혁신국민포럼 드림\n이 메일은 자동으로 발송되었으며 회신을 받지 않습니다.", "이런 메일 그만 받기: \(stopURL)"]
    case .english:
      self.subject = "[Citizen Forum] \(subject)"
      paragraphs =
        ["Hello,"] + about + words.paragraphs + links
        + [
          "Government Innovation Citizen Forum\nThis mail was sent automatically; replies are not read.",
          "Get no more mail like this: \(stopURL)",
        ]
    }
    text = paragraphs.joined(separator: "\n\n") + "\n"
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
