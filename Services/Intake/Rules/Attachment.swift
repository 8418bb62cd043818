import Contracts
import Crypto
import FoundationEssentials
import ServiceKit

/// A file that goes with a draft or a proposal.
struct Attachment: Sendable, Equatable {
  /// What a file is by what is in it; its name and what the sender says of it do not matter.
  enum Kind: String, Codable, Sendable, CaseIterable {
    case pdf = "application/pdf"
    case png = "image/png"
    case jpeg = "image/jpeg"

    /// The first is put behind a name that has none of them.
    var extensions: [String] {
      switch self {
      case .pdf: ["pdf"]
      case .png: ["png"]
      case .jpeg: ["jpg", "jpeg"]
      }
    }
  }

  /// Of a draft or a proposal.
  static let limit = 3
  /// Of all drafts of a citizen together.
  static let draftsLimit = 12
  /// Bytes.
  static let sizeLimit = 3 << 20
  static let nameLimit = 100

  /// 1, 2, 3: its address below the draft or proposal.
  let number: Int
  let name: String
  let kind: Kind
  let size: Int
  let sha256: [UInt8]
  let addedAt: Date
}

/// A file that was looked through, as it is kept.
struct SoundFile: Sendable, Equatable {
  let kind: Attachment.Kind
  let content: [UInt8]

  /// - Throws: `Problem` 415 for what is none of the kinds, 422 for a broken file or one that does more than show something.
  init(_ file: [UInt8]) throws(Problem) {
    do throws(UnsoundFile) {
      if file.starts(with: PNGFile.signature) {
        (kind, content) = (.png, try PNGFile.cleaned(file))
        return
      }
      if file.starts(with: JPEGFile.signature) {
        (kind, content) = (.jpeg, try JPEGFile.cleaned(file))
        return
      }
      if file.starts(with: PDFFile.signature) {
        try PDFFile.check(file)
        (kind, content) = (.pdf, file)
        return
      }
    } catch { throw Problem(422, "unsound-file", "The file cannot be taken", detail: "The file \(error.reason).") }
    throw Problem(415, "unsupported-media-type", "Send a PDF, PNG or JPEG file")
  }
}

extension Attachment {
  /// The name to be shown, with an ending that tells the truth: another program must not take it for something else.
  /// - Throws: `Problem` 422
  static func checkedName(_ name: String, of kind: Kind) throws(Problem) -> String {
    var errors: [Problem.FieldError] = []
    // The last part of a path, whichever way it is written.
    let last = name.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last.map(String.init) ?? ""
    var checked = PlainText.checkPublic(last, 1...nameLimit, lines: false, at: "#/name", &errors)
    guard errors.isEmpty else { throw .invalid(errors) }
    checked = String(checked.map { "\"*:<>?|".contains($0) ? "_" : $0 }.drop { $0 == "." })
    let ending = checked.split(separator: ".", omittingEmptySubsequences: false).last.map { $0.lowercased() } ?? ""
    if checked.contains("."), kind.extensions.contains(ending) { return checked }
    return "\(checked.isEmpty ? "file" : checked).\(kind.extensions[0])"
  }

  /// As everybody is told of it.
  var published: PublishedFile {
    PublishedFile(number: number, name: name, type: kind.rawValue, size: size, sha256: Hex.encode(sha256))
  }

  /// The smallest number that is free; nil when there are as many as there may be.
  static func freeNumber(beside taken: [Int]) -> Int? { (1...limit).first { !taken.contains($0) } }

  /// To be saved under its name and never shown in a page (RFC 6266, RFC 8187).
  var disposition: String {
    let plain = String(
      name.unicodeScalars.map {
        (0x20...0x7e).contains($0.value) && !"\"\\%".unicodeScalars.contains($0) ? Character($0) : "_"
      })
    let coded = name.utf8.map { byte in
      Self.attributeCharacters.contains(byte) ? String(UnicodeScalar(byte)) : "%" + Hex.encode([byte]).uppercased()
    }
    return "attachment; filename=\"\(plain)\"; filename*=UTF-8''\(coded.joined())"
  }

  /// `attr-char` of RFC 8187.
  private static let attributeCharacters = Set(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$&+-.^_`|~".utf8)
}
