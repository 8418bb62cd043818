import Contracts
import FoundationEssentials
import ServiceKit
import Testing

@testable import Intake

// Testing has one too.
private typealias Attachment = Intake.Attachment

@Suite struct AttachmentTests {
  private func status(_ file: [UInt8]) -> Int? {
    do {
      _ = try SoundFile(file)
      return nil
    } catch { return error.status }
  }

  @Test func aFileIsWhatIsInItWhateverItsName() throws {
    #expect(try SoundFile(SampleFiles.png).kind == .png)
    #expect(try SoundFile(SampleFiles.jpeg).kind == .jpeg)
    #expect(try SoundFile(SampleFiles.pdf()).kind == .pdf)
    for text in [
      "", "<html>", "GIF89a", "PK\u{3}\u{4}", " %PDF-1.7", "MZ", "<svg xmlns='http://www.w3.org/2000/svg'/>",
    ] {
      #expect(status(Array(text.utf8)) == 415)
    }
    #expect(status([0xff, 0xd8]) == 415 && status([0x89, 0x50]) == 415)
  }

  @Test func aFileThatEndsTooEarlyIsRefused() {
    for file in [SampleFiles.png, SampleFiles.jpeg, SampleFiles.pdf()] {
      for count in 8..<file.count - 1 { #expect(status(Array(file.prefix(count))) == 422, "\(count)") }
    }
  }

  /// Whatever the bytes, an answer and no trap.
  @Test func anyBytesAreAnswered() {
    var random = SystemRandomNumberGenerator()
    for file in [
      SampleFiles.png, SampleFiles.jpeg,
      SampleFiles.pdf(SampleFiles.stream("/Filter /FlateDecode", SampleFiles.packed([1]))),
    ] {
      for _ in 0..<2_000 {
        var changed = file
        for _ in 0...Int.random(in: 0...2, using: &random) {
          changed[Int.random(in: changed.indices, using: &random)] = UInt8.random(in: .min ... .max, using: &random)
        }
        _ = status(changed)
      }
    }
  }

  @Test func aNameEndsAsItsContentIs() throws {
    let names: [(name: String, kind: Attachment.Kind, expected: String)] = [
      ("설계도.pdf", .pdf, "설계도.pdf"), ("photo.JPEG", .jpeg, "photo.JPEG"), ("photo.jpg", .png, "photo.jpg.png"),
      ("run.exe", .pdf, "run.exe.pdf"), ("/etc/passwd", .png, "passwd.png"), ("..\\..\\a.png", .png, "a.png"),
      ("...", .pdf, "file.pdf"), (".pdf", .pdf, "pdf.pdf"), ("a\"b:c?.pdf", .pdf, "a_b_c_.pdf"),
    ]
    for (name, kind, expected) in names { #expect(try Attachment.checkedName(name, of: kind) == expected) }
    for name in ["", "/", "a\u{202e}fdp.exe", "a\nb", "010-1234-5678.pdf", String(repeating: "가", count: 101)] {
      #expect(throws: Problem.self) { try Attachment.checkedName(name, of: Attachment.Kind.pdf) }
    }
  }

  @Test func aFileIsSavedUnderItsNameAndNotShown() {
    func disposition(_ name: String) -> String {
      Attachment(number: 1, name: name, kind: .pdf, size: 1, sha256: [], addedAt: Date(milliseconds: 0)).disposition
    }
    #expect(disposition("a b.pdf") == "attachment; filename=\"a b.pdf\"; filename*=UTF-8''a%20b.pdf")
    #expect(disposition("가\"%;.pdf") == "attachment; filename=\"___;.pdf\"; filename*=UTF-8''%EA%B0%80%22%25%3B.pdf")
  }

  @Test func theFirstFreeNumberIsGiven() {
    #expect(Attachment.freeNumber(beside: []) == 1 && Attachment.freeNumber(beside: [1, 3]) == 2)
    #expect(Attachment.freeNumber(beside: [1, 2, 3]) == nil)
  }
}

@Suite struct PictureTests {
  private func png(_ chunks: [UInt8]...) -> [UInt8] { SampleFiles.signature + chunks.flatMap { $0 } }

  @Test func aPNGLosesWhatDoesNotBelongToThePicture() throws {
    let place = SampleFiles.chunk("eXIf", Array("37.5665 N".utf8))
    let text = SampleFiles.chunk("tEXt", Array("Author\u{0}Kim".utf8))
    let sizes = SampleFiles.chunk("pHYs", [0, 0, 0, 1, 0, 0, 0, 1, 1])
    let file =
      png(SampleFiles.header(), place, sizes, text, SampleFiles.data, SampleFiles.end) + Array("PK\u{3}\u{4}".utf8)
    #expect(try PNGFile.cleaned(file) == png(SampleFiles.header(), sizes, SampleFiles.data, SampleFiles.end))
    #expect(try PNGFile.cleaned(SampleFiles.png) == SampleFiles.png)
  }

  @Test func aBrokenPNGIsRefused() {
    var wrong = SampleFiles.png
    wrong[20] ^= 1
    let files = [
      wrong, png(SampleFiles.data, SampleFiles.header(), SampleFiles.end), png(SampleFiles.header(), SampleFiles.end),
      png(SampleFiles.header(), SampleFiles.header(), SampleFiles.data, SampleFiles.end),
      png(SampleFiles.header(), SampleFiles.chunk("ABCD"), SampleFiles.data, SampleFiles.end),
      png(SampleFiles.header(0, 1), SampleFiles.data, SampleFiles.end),
      png(SampleFiles.header(16_000, 16_000), SampleFiles.data, SampleFiles.end),
      png(SampleFiles.header(1 << 31, 1), SampleFiles.data, SampleFiles.end),
      png(SampleFiles.header(depth: 3), SampleFiles.data, SampleFiles.end),
      png(SampleFiles.header(colours: 5), SampleFiles.data, SampleFiles.end),
      png(SampleFiles.header(), [0xff, 0xff, 0xff, 0xff] + Array("IDAT".utf8)),
    ]
    for file in files { #expect(throws: UnsoundFile.self) { try PNGFile.cleaned(file) } }
  }

  @Test func aJPEGKeepsItsSideUpAndLosesItsPlace() throws {
    let comment = SampleFiles.segment(0xfe, Array("<?php".utf8))
    let colours = SampleFiles.segment(0xe2, Array("ICC_PROFILE\u{0}\u{1}\u{1}".utf8))
    let rest = Array(SampleFiles.jpeg.dropFirst(2))
    let file = [0xff, 0xd8] + SampleFiles.exif(orientation: 6) + comment + colours + rest + Array("trailer".utf8)
    let cleaned = try JPEGFile.cleaned(file)
    let text = String(decoding: cleaned, as: UTF8.self)
    for part in ["37.5665", "CAM", "php", "trailer"] { #expect(!text.contains(part)) }
    #expect(cleaned.suffix(colours.count + rest.count).elementsEqual(colours + rest))
    // The Exif segment that is left: read as any reader would.
    #expect(Array(cleaned[2..<6]) == [0xff, 0xe1, 0, 34])
    #expect(JPEGFile.orientation(Array(cleaned[6..<38])) == 6)
    #expect(try JPEGFile.cleaned([0xff, 0xd8] + SampleFiles.exif(orientation: 1) + rest) == SampleFiles.jpeg)
    #expect(try JPEGFile.cleaned(SampleFiles.jpeg) == SampleFiles.jpeg)
  }

  @Test func aProgressiveJPEGHasSeveralScans() throws {
    let file =
      [0xff, 0xd8] + SampleFiles.tables + SampleFiles.frame(marker: 0xc2) + SampleFiles.scan + SampleFiles.tables
      + SampleFiles.scan + [0xff, 0xd9]
    #expect(try JPEGFile.cleaned(file) == file)
  }

  @Test func aBrokenJPEGIsRefused() {
    let start: [UInt8] = [0xff, 0xd8]
    let files = [
      start + SampleFiles.tables + SampleFiles.scan + [0xff, 0xd9], start + SampleFiles.frame() + [0xff, 0xd9],
      start + SampleFiles.frame() + SampleFiles.frame() + SampleFiles.scan + [0xff, 0xd9],
      start + SampleFiles.frame(0, 8) + SampleFiles.scan + [0xff, 0xd9],
      start + SampleFiles.frame(65_000, 65_000) + SampleFiles.scan + [0xff, 0xd9],
      start + SampleFiles.frame(marker: 0xc3) + SampleFiles.scan + [0xff, 0xd9],
      start + Array("<script>".utf8), start + [0xff, 0xe0, 0, 1],
    ]
    for file in files { #expect(throws: UnsoundFile.self) { try JPEGFile.cleaned(file) } }
  }
}
