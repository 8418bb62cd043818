/// A PDF file (ISO 32000), looked through for what does more than show pages.
///
/// It is no virus scanner. What makes a reader run something is an action, an attached file or a form of scripts, and each
/// has a name in the file: as it stands, written with `#` codes, or in a compressed stream. A file with such a name is
/// refused, and one that nobody can look into.
enum PDFFile {
  static let signature: [UInt8] = Array("%PDF-".utf8)
  /// Bytes that all streams together may have when they are not compressed any more.
  static let inflatedLimit = 96 << 20
  /// Streams that a file may have: looking into each takes time.
  static let streamLimit = 20_000
  /// How far before its data a stream's dictionary begins at most.
  private static let dictionaryLimit = 4_096

  private static let active: Set<String> = [
    "JavaScript", "Launch", "EmbeddedFile", "EmbeddedFiles", "RichMedia", "XFA", "SubmitForm", "ImportData",
    "Rendition", "GoToE", "Movie", "Encrypt",
  ]

  /// - Throws: `UnsoundFile`
  static func check(_ file: [UInt8], inflatedLimit: Int = inflatedLimit) throws(UnsoundFile) {
    let version = file.dropFirst(signature.count).prefix(3).map { Character(Unicode.Scalar($0)) }
    guard file.starts(with: signature), version.count == 3, ["1", "2"].contains(version[0]), version[1] == ".",
      version[2].isNumber
    else { throw UnsoundFile("is no PDF file") }
    var end = file.endIndex
    while end > 0, [0x0a, 0x0d, 0x20].contains(file[end - 1]), file.endIndex - end < 16 { end -= 1 }
    guard file[..<end].suffix(5).elementsEqual("%%EOF".utf8), places(of: "startxref", in: file).last != nil else {
      throw UnsoundFile("does not end as a PDF file does")
    }
    try checkNames(in: file)
    try checkStreams(of: file, inflatedLimit)
  }

  private static func checkNames(in bytes: [UInt8]) throws(UnsoundFile) {
    var found: String?
    forEachName(in: bytes[...]) { name in
      if found == nil, active.contains(name) { found = name }
    }
    switch found {
    case nil: return
    case "Encrypt": throw UnsoundFile("is encrypted, so that nobody can look into it")
    case .some: throw UnsoundFile("does more than show pages: it holds scripts, media or other files")
    }
  }

  /// Streams of objects hold names of their own; which streams are such is not believed, all are looked into.
  private static func checkStreams(of file: [UInt8], _ inflatedLimit: Int) throws(UnsoundFile) {
    var inflated = 0
    var dictionary = file.startIndex
    let places = places(of: "stream", in: file)
    guard places.count <= 2 * streamLimit else { throw UnsoundFile("holds too many parts") }
    for place in places {
      if file[..<place].suffix(3).elementsEqual("end".utf8) {
        dictionary = place
        continue
      }
      let names = names(inDictionary: file[max(dictionary, place - dictionaryLimit)..<place])
      if names.contains("ObjStm") {
        let filters = names.filter { $0.hasSuffix("Decode") }
        guard filters.allSatisfy({ $0 == "FlateDecode" }), filters.count <= 1, !names.contains("DecodeParms"),
          filters.count == 1 || !names.contains("Filter")
        else { throw UnsoundFile("holds objects that are packed in an unusual way") }
      }
      guard let start = start(ofStream: place + 6, in: file) else { continue }
      guard let content = Inflation.bytes(of: file[start...], limit: inflatedLimit - inflated) else {
        throw UnsoundFile("is too large when it is unpacked")
      }
      if content.isEmpty { continue }
      inflated += content.count
      try checkNames(in: content)
    }
  }

  /// Those behind the last `obj`.
  private static func names(inDictionary bytes: ArraySlice<UInt8>) -> [String] {
    let text = Array(bytes)
    var names: [String] = []
    forEachName(in: text[(places(of: " obj", in: text).last ?? 0)...]) { names.append($0) }
    return names
  }

  private static func start(ofStream place: Int, in file: [UInt8]) -> Int? {
    guard place + 2 < file.count else { return nil }
    if file[place] == 0x0a { return place + 1 }
    if file[place] == 0x0d { return file[place + 1] == 0x0a ? place + 2 : place + 1 }
    return nil
  }

  private static func places(of word: StaticString, in bytes: [UInt8]) -> [Int] {
    var places: [Int] = []
    word.withUTF8Buffer { word in
      bytes.withUnsafeBufferPointer { bytes in
        guard bytes.count >= word.count else { return }
        for at in 0...(bytes.count - word.count) where bytes[at] == word[0] {
          if word.indices.allSatisfy({ bytes[at + $0] == word[$0] }) { places.append(at) }
        }
      }
    }
    return places
  }

  /// Every name behind a slash, with its `#` codes resolved; longer ones than any that matters are passed over.
  private static func forEachName(in bytes: ArraySlice<UInt8>, _ body: (String) -> Void) {
    bytes.withUnsafeBufferPointer { bytes in
      var at = 0
      while at < bytes.count {
        defer { at += 1 }
        guard bytes[at] == UInt8(ascii: "/") else { continue }
        var name: [UInt8] = []
        var next = at + 1
        while next < bytes.count, name.count <= 16, isRegular(bytes[next]) {
          if bytes[next] == UInt8(ascii: "#"), next + 2 < bytes.count, let high = digit(bytes[next + 1]),
            let low = digit(bytes[next + 2])
          {
            name.append(high << 4 | low)
            next += 3
          } else {
            name.append(bytes[next])
            next += 1
          }
        }
        if (3...16).contains(name.count) { body(String(decoding: name, as: UTF8.self)) }
      }
    }
  }

  private static func isRegular(_ byte: UInt8) -> Bool {
    switch byte {
    case 0...0x20, 0x7f...: false
    case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "["),
      UInt8(ascii: "]"), UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "/"), UInt8(ascii: "%"):
      false
    default: true
    }
  }

  private static func digit(_ byte: UInt8) -> UInt8? { Character(Unicode.Scalar(byte)).hexDigitValue.map(UInt8.init) }
}
