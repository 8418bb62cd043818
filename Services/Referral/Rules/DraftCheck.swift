import FoundationEssentials
import ServiceKit

/// Checks the members of a draft, and collects what is wrong with them.
struct DraftCheck {
  private var errors: [Problem.FieldError] = []

  /// What was made of the draft; check it before, not in the argument: what is found wrong there comes too late.
  /// - Throws: `Problem` 422 with an error for each field.
  func result<Checked>(_ checked: Checked) throws(Problem) -> Checked {
    guard errors.isEmpty else { throw .invalid(errors) }
    return checked
  }

  mutating func require(_ holds: Bool, _ pointer: String, _ detail: String) {
    if !holds { errors.append(Problem.FieldError(pointer, detail)) }
  }

  /// Public text of several lines.
  mutating func text(_ text: String, _ length: ClosedRange<Int>, at pointer: String) -> String {
    PlainText.checkPublic(text, length, lines: true, at: pointer, &errors)
  }

  /// Public text of one line.
  mutating func line(_ text: String, at pointer: String) -> String {
    PlainText.checkPublic(text, 1...TextLimit.line, lines: false, at: pointer, &errors)
  }

  mutating func optional(
    _ text: String?, _ length: ClosedRange<Int>, lines: Bool = true, at pointer: String
  ) -> String? {
    text.map { PlainText.checkPublic($0, length, lines: lines, at: pointer, &errors) }
  }

  mutating func texts(_ texts: [String]?, at pointer: String) -> [String] {
    let texts = texts ?? []
    require(texts.count <= TextLimit.items, pointer, "must have at most \(TextLimit.items) items")
    return texts.prefix(TextLimit.items).enumerated().map { text($1, 1...TextLimit.reason, at: "\(pointer)/\($0)") }
  }

  /// A value of a closed list; nil when it is none, with an error.
  mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ text: String, at pointer: String
  ) -> Choice? {
    errors.choice(text, at: pointer)
  }

  /// Address of a public document or recording.
  mutating func address(_ text: String?, at pointer: String) -> String? {
    guard let text else { return nil }
    let checked = PlainText.check(text, 1...TextLimit.address, lines: false, at: pointer, &errors)
    let url = URL(string: checked)
    require(
      url?.scheme == "https" && url?.host?.isEmpty == false && checked.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f },
      pointer, "must be an https address")
    return checked
  }

  mutating func addresses(_ texts: [String]?, at pointer: String) -> [String] {
    let texts = texts ?? []
    require(texts.count <= TextLimit.items, pointer, "must have at most \(TextLimit.items) items")
    return texts.prefix(TextLimit.items).enumerated().compactMap { address($1, at: "\(pointer)/\($0)") }
  }
}
