import Testing

@testable import Intake

@Suite struct PDFFileTests {
  private func isTaken(_ file: [UInt8], inflatedLimit: Int = PDFFile.inflatedLimit) -> Bool {
    do {
      try PDFFile.check(file, inflatedLimit: inflatedLimit)
      return true
    } catch { return false }
  }

  @Test func ordinaryFilesAreTaken() {
    #expect(isTaken(SampleFiles.pdf()))
    #expect(isTaken(SampleFiles.pdf(version: "2.0")))
    #expect(isTaken(SampleFiles.pdf("<< /Type /Annot /Subtype /Link /A << /S /URI /URI (https://go.kr) >> >>")))
    let page = SampleFiles.packed(Array("BT /F1 12 Tf (JavaScript, Launch) Tj ET".utf8))
    #expect(isTaken(SampleFiles.pdf(SampleFiles.stream("/Filter /FlateDecode", page))))
    #expect(isTaken(SampleFiles.pdf(SampleFiles.stream("/Filter [/ASCII85Decode /FlateDecode]", Array("Gau~>".utf8)))))
    let objects = SampleFiles.packed(Array("6 0 << /Type /Font >>".utf8))
    #expect(isTaken(SampleFiles.pdf(SampleFiles.stream("/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode", objects))))
    // A table of places beside it is packed in another way.
    let table = SampleFiles.stream(
      "/Type /XRef /W [1 2 1] /Filter /FlateDecode /DecodeParms << /Predictor 12 >>", objects)
    let both = SampleFiles.stream("/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode", objects) + table
    #expect(isTaken(SampleFiles.pdf(both)))
  }

  @Test func whatIsNotAWholePDFIsRefused() {
    let file = SampleFiles.pdf()
    let noStart = Array(String(decoding: file, as: UTF8.self).split(separator: "startxref").joined().utf8)
    for other in [
      file + Array("PK\u{3}\u{4}".utf8), noStart, Array("%PDF-x.7\nstartxref\n%%EOF".utf8), Array("%PDF-".utf8),
      file + [UInt8](repeating: 0x20, count: 100),
    ] { #expect(!isTaken(other)) }
  }

  @Test(arguments: [
    "<< /S /JavaScript /JS (app.alert\\(1\\)) >>", "<< /S /Java#53cript /JS 7 0 R >>", "<</S/#4aavaScript>>",
    "<< /S /Launch /F (cmd.exe) >>", "<< /Names << /EmbeddedFiles 8 0 R >> >>", "<< /Type /EmbeddedFile >>",
    "<< /AcroForm << /XFA 9 0 R >> >>", "<< /S /SubmitForm /F (https://a.example) >>", "<< /Subtype /RichMedia >>",
    "<< /S /ImportData >>", "<< /S /Rendition >>", "<< /S /GoToE >>", "<< /Encrypt 3 0 R >>",
  ])
  func whatDoesMoreThanShowPagesIsRefused(object: String) {
    #expect(!isTaken(SampleFiles.pdf(object)))
    // Where it is not seen at once: in a stream of objects, and in a stream that does not say that it is one.
    let packed = SampleFiles.packed(Array("6 0 \(object)".utf8))
    #expect(!isTaken(SampleFiles.pdf(SampleFiles.stream("/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode", packed))))
    #expect(!isTaken(SampleFiles.pdf(SampleFiles.stream("/Filter /Fl#61teDecode", packed))))
    // Behind a word that makes it look like the inside of another stream.
    let hidden = Array("% stream\n".utf8) + SampleFiles.stream("/Type /ObjStm /Filter /FlateDecode", packed)
    #expect(!isTaken(SampleFiles.pdf(hidden)))
  }

  @Test func objectsPackedInAWayThatNobodyLooksIntoAreRefused() {
    let packed = SampleFiles.packed(Array("6 0 << >>".utf8))
    for filter in [
      "/Filter /LZWDecode", "/Filter [/ASCIIHexDecode /FlateDecode]", "/Filter 9 0 R",
      "/Filter /FlateDecode /DecodeParms << /Predictor 12 >>", "/Filter [/FlateDecode /FlateDecode]",
    ] {
      let file = SampleFiles.pdf(SampleFiles.stream("/Type /Obj#53tm /N 1 /First 4 \(filter)", packed))
      #expect(!isTaken(file), "\(filter)")
    }
  }

  @Test func aFileThatGrowsWithoutEndIsRefused() {
    let bomb = SampleFiles.packed([UInt8](repeating: 0x20, count: 600_000))
    let one = SampleFiles.stream("/Filter /FlateDecode", bomb)
    #expect(isTaken(SampleFiles.pdf(one), inflatedLimit: 1_000_000))
    #expect(!isTaken(SampleFiles.pdf(one + one), inflatedLimit: 1_000_000))
    let many = Array(String(repeating: "stream\n", count: 2 * PDFFile.streamLimit + 1).utf8)
    #expect(!isTaken(SampleFiles.pdf(many)))
  }
}
