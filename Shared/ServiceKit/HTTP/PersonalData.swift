/// What must not stand in a text for all to read, since it belongs to a person: resident registration numbers, telephone
/// numbers, mail addresses. Found by their shape: a number that only looks like one is found too.
public enum PersonalData: String, Sendable, CaseIterable {
  /// 주민등록번호, also of foreigners.
  case residentNumber = "resident registration number"
  /// Of Korea, in national or international form.
  case telephoneNumber = "telephone number"
  /// `local@domain`.
  case mailAddress = "mail address"

  /// Where something was found.
  public struct Place: Sendable, Equatable {
    /// What it is.
    public let kind: PersonalData
    /// Characters of the text, the first is 0.
    public let characters: Range<Int>
  }

  /// All places in a text, in its order; one may overlap the next.
  public static func places(in text: String) -> [Place] {
    let characters = text.map(plain)
    return (NumberScanner.places(in: characters) + mailAddresses(in: characters)).sorted {
      $0.characters.lowerBound < $1.characters.lowerBound
    }
  }

  /// The text with each character of such a place replaced by `●`.
  public static func masked(_ text: String) -> String {
    let places = places(in: text)
    if places.isEmpty { return text }
    var characters = Array(text)
    for place in places { for index in place.characters { characters[index] = "●" } }
    return String(characters)
  }

  /// A character without its marks, which hide nothing from a reader, and full-width ones in their usual form.
  private static func plain(_ character: Character) -> Character {
    guard let scalar = character.unicodeScalars.first else { return character }
    let isFullWidth = (0xff01...0xff5e).contains(scalar.value)
    return Character(isFullWidth ? Unicode.Scalar(scalar.value - 0xfee0) ?? scalar : scalar)
  }

  private static func mailAddresses(in characters: [Character]) -> [Place] {
    characters.indices.compactMap { at in
      guard characters[at] == "@" else { return nil }
      let local = characters[..<at].reversed().prefix { isMailCharacter($0) || ".+%_-".contains($0) }.count
      guard local > 0, let domain = domainLength(characters[(at + 1)...]) else { return nil }
      return Place(kind: .mailAddress, characters: at - local..<at + 1 + domain)
    }
  }

  /// How many of the characters are the name of a host: up to the last label that begins with two letters and nothing
  /// but letters up to its end or a hyphen. What follows belongs to the sentence.
  private static func domainLength(_ characters: ArraySlice<Character>) -> Int? {
    let name = characters.prefix { isMailCharacter($0) || ".-".contains($0) }
    var length: Int?
    var place = 0
    for (number, label) in name.split(separator: ".", omittingEmptySubsequences: false).enumerated() {
      if label.isEmpty { break }
      let letters = label.prefix(while: \.isLetter)
      let isWhole = letters.count == label.count || label[letters.endIndex] == "-"
      if number > 0, letters.count > 1, isWhole { length = place + letters.count }
      place += label.count + 1
    }
    return length
  }

  private static func isMailCharacter(_ character: Character) -> Bool {
    character.isASCII && (character.isLetter || character.isNumber)
  }
}

/// Finds numbers that are written in groups: `010-1234-5678`, `02) 123 4567`, `900101-1234567`.
private struct NumberScanner {
  /// Digits without anything between them.
  struct Group {
    var digits: [Int]
    var characters: Range<Int>
    /// Whether a plus sign stands before it.
    let hasPlus: Bool
    /// Whether it follows the group before it closely enough to be of one number with it.
    let continues: Bool
  }

  private static let separators: Set<Character> = [
    "-", "‐", "‑", "–", "—", "−", ".", "·", " ", "\u{a0}", "\u{3000}", "(", ")", "/",
  ]
  private static let longestSeparator = 3
  private static let mostGroups = 5

  static func places(in characters: [Character]) -> [PersonalData.Place] {
    let groups = groups(in: characters)
    var places: [PersonalData.Place] = []
    var first = 0
    while first < groups.count {
      let found = (1...mostGroups).reversed().lazy.compactMap { count in match(groups, first, count) }.first
      if let (kind, count) = found {
        let range = groups[first].characters.lowerBound..<groups[first + count - 1].characters.upperBound
        places.append(PersonalData.Place(kind: kind, characters: range))
        first += count
      } else {
        first += 1
      }
    }
    return places
  }

  private static func groups(in characters: [Character]) -> [Group] {
    var groups: [Group] = []
    var index = 0
    while index < characters.count {
      guard let digit = digit(characters[index]) else {
        index += 1
        continue
      }
      let start = index
      var digits = [digit]
      index += 1
      while index < characters.count, let next = Self.digit(characters[index]) {
        digits.append(next)
        index += 1
      }
      let between = characters[(groups.last?.characters.upperBound ?? 0)..<start]
      groups.append(
        Group(
          digits: digits, characters: start..<index, hasPlus: start > 0 && characters[start - 1] == "+",
          continues: !groups.isEmpty && between.count <= longestSeparator && between.allSatisfy(separators.contains)))
    }
    return groups
  }

  /// The value of a decimal digit of whatever script; nil for anything else.
  private static func digit(_ character: Character) -> Int? {
    guard let scalar = character.unicodeScalars.first, scalar.properties.generalCategory == .decimalNumber else {
      return nil
    }
    return character.wholeNumberValue
  }

  private static func match(_ groups: [Group], _ first: Int, _ count: Int) -> (PersonalData, Int)? {
    guard first + count <= groups.count else { return nil }
    let window = groups[first..<first + count]
    guard window.dropFirst().allSatisfy(\.continues) else { return nil }
    let numbers = window.map(\.digits)
    if isResidentNumber(numbers) { return (.residentNumber, count) }
    if isTelephoneNumber(numbers) || groups[first].hasPlus && isInternational(numbers) {
      return (.telephoneNumber, count)
    }
    return nil
  }

  // MARK: Resident registration numbers

  /// Six digits of the date of birth, then the century and sex, five digits, and a check digit. From October 2020 on the
  /// last six are random: a number written in its two groups is known by its date alone.
  private static func isResidentNumber(_ groups: [[Int]]) -> Bool {
    guard groups.map(\.count) == [13] || groups.map(\.count) == [6, 7] else { return false }
    let digits = groups.flatMap { $0 }
    let (year, month, day) = (digits[0] * 10 + digits[1], digits[2] * 10 + digits[3], digits[4] * 10 + digits[5])
    guard (1...12).contains(month), (1...31).contains(day), digits[6] != 9, digits[6] != 0 else { return false }
    let isRandom = groups.count == 2 || [3, 4, 7, 8].contains(digits[6]) && year * 100 + month >= 20_10
    let weights = [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]
    let rest = zip(digits, weights).reduce(0) { $0 + $1.0 * $1.1 } % 11
    let isForeign = digits[6] >= 5
    return isRandom || digits[12] == ((isForeign ? 13 : 11) - rest) % 10
  }

  // MARK: Telephone numbers

  private static func isTelephoneNumber(_ groups: [[Int]]) -> Bool {
    guard let prefix = groups.first, prefix.first == 0 else { return false }
    let lengths = groups.dropFirst().map(\.count)
    if groups.count == 1 {
      let isSeoul = isArea(Array(prefix.prefix(2))) && (9...10).contains(prefix.count)
      let head = Array(prefix.prefix(3))
      return isSeoul || (10...11).contains(prefix.count) && (isMobile(head) || isArea(head))
    }
    guard isMobile(prefix) || isArea(prefix) else { return false }
    return lengths == [3, 4] || lengths == [4, 4] || lengths == [7] || lengths == [8]
  }

  /// `+82 10 1234 5678`, with or without the zero of the national form.
  private static func isInternational(_ groups: [[Int]]) -> Bool {
    let digits = groups.flatMap { $0 }
    guard digits.starts(with: [8, 2]) else { return false }
    let national = digits.dropFirst(2).drop { $0 == 0 }
    return (8...10).contains(national.count)
  }

  private static func isMobile(_ prefix: [Int]) -> Bool {
    prefix.count == 3 && prefix.starts(with: [0, 1]) && ![2, 3, 4, 5].contains(prefix[2])
  }

  /// Seoul, the provinces, and numbers that follow a person (070, 050x).
  private static func isArea(_ prefix: [Int]) -> Bool {
    switch prefix.count {
    case 2: prefix[1] == 2
    case 3: (3...6).contains(prefix[1]) && (1...5).contains(prefix[2]) || prefix[1] == 7 && prefix[2] == 0
    case 4: prefix[1] == 5 && prefix[2] == 0
    default: false
    }
  }
}
