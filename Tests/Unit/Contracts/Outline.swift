import FoundationEssentials

/// A YAML file as far as the checks of documents need it: nested mappings in block style, two blanks a level, and lists of
/// plain words. What stands in flow style on one line is kept as its text.
struct Outline {
  /// What stands behind the colon.
  private(set) var text = ""
  private(set) var members: [(name: String, value: Outline)] = []
  /// Of a list in block style.
  private(set) var items: [String] = []

  subscript(names: String...) -> Outline? {
    names.reduce(self) { node, name in node?.members.first { $0.name == name }?.value }
  }

  /// The words of a list, in block or flow style.
  var words: [String] {
    guard text.hasPrefix("["), text.hasSuffix("]") else { return items }
    return text.dropFirst().dropLast().split(separator: ",").map { Self.unquoted(String($0)) }
  }

  /// The whole number of a member, in block or flow style.
  func number(_ name: String) -> Int? {
    if let value = self[name] { return Int(value.text) }
    guard let place = text.firstRange(of: "\(name): ") else { return nil }
    return Int(text[place.upperBound...].prefix { $0.isNumber })
  }

  /// All that stands in it, whatever its style.
  var wholeText: String {
    ([text] + items + members.map { "\($0.name): \($0.value.wholeText)" }).joined(separator: "\n")
  }

  init(yaml: String) {
    let lines = yaml.split(separator: "\n").filter { line in
      let rest = line.drop { $0 == " " }
      return !rest.isEmpty && rest.first != "#"
    }
    var place = lines[...]
    self.init(&place, indentation: 0)
  }

  private init(_ lines: inout ArraySlice<Substring>, indentation: Int) {
    while let line = lines.first, line.prefix(while: { $0 == " " }).count >= indentation {
      lines.removeFirst()
      let rest = line.dropFirst(indentation)
      if rest.hasPrefix("- ") {
        items.append(Self.unquoted(String(rest.dropFirst(2))))
      } else if let colon = rest.firstRange(of: ":"), colon.upperBound == rest.endIndex || rest[colon.upperBound] == " "
      {
        var value = Outline(&lines, indentation: indentation + 2)
        value.text = Self.unquoted(String(rest[colon.upperBound...]))
        members.append((Self.unquoted(String(rest[..<colon.lowerBound])), value))
      }
    }
  }

  private static func unquoted(_ text: String) -> String {
    let bare = text.drop { $0 == " " }
    let isQuoted = bare.count > 1 && bare.first == "'" && bare.last == "'"
    return String(isQuoted ? bare.dropFirst().dropLast() : bare)
  }
}
