import CZlib

/// Small files, put together byte by byte.
enum SampleFiles {
  static func bigEndian(_ value: Int, _ count: Int = 4) -> [UInt8] {
    (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  static func packed(_ bytes: [UInt8]) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: Int(compressBound(UInt(bytes.count))))
    var count = UInt(result.count)
    compress2(&result, &count, bytes, UInt(bytes.count), 6)
    return Array(result.prefix(Int(count)))
  }

  // PNG

  static func chunk(_ type: String, _ data: [UInt8] = []) -> [UInt8] {
    let body = Array(type.utf8) + data
    return bigEndian(data.count) + body + bigEndian(Int(crc32(0, body, UInt32(body.count))))
  }

  static func header(_ width: Int = 1, _ height: Int = 1, depth: UInt8 = 8, colours: UInt8 = 0) -> [UInt8] {
    chunk("IHDR", bigEndian(width) + bigEndian(height) + [depth, colours, 0, 0, 0])
  }

  static let signature: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
  static let data = chunk("IDAT", packed([0, 0x80]))
  static let end = chunk("IEND")
  static let png = signature + header() + data + end

  // JPEG

  static func segment(_ marker: UInt8, _ data: [UInt8]) -> [UInt8] {
    [0xff, marker] + bigEndian(data.count + 2, 2) + data
  }

  static func frame(_ width: Int = 8, _ height: Int = 8, marker: UInt8 = 0xc0) -> [UInt8] {
    segment(marker, [8] + bigEndian(height, 2) + bigEndian(width, 2) + [1, 1, 0x11, 0])
  }

  static let tables =
    segment(0xdb, [0] + [UInt8](repeating: 1, count: 64)) + segment(0xc4, [0x00, 1] + [UInt8](repeating: 0, count: 16))
  static let scan = segment(0xda, [1, 1, 0, 0, 63, 0]) + [0x12, 0xff, 0x00, 0x34, 0xff, 0xd0, 0x56]
  static let jpeg = [0xff, 0xd8] + tables + frame() + scan + [0xff, 0xd9]

  /// Exif as a camera writes it, with a place in it.
  static func exif(orientation: UInt8) -> [UInt8] {
    segment(
      0xe1,
      Array("Exif\u{0}\u{0}II*\u{0}".utf8) + [8, 0, 0, 0, 2, 0]
        + [0x0f, 0x01, 2, 0, 4, 0, 0, 0] + Array("CAM\u{0}".utf8)
        + [0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0] + [0, 0, 0, 0] + Array("37.5665 N 126.9780 E".utf8))
  }

  // PDF

  static func stream(_ dictionary: String, _ data: [UInt8]) -> [UInt8] {
    Array("4 0 obj\n<< \(dictionary) /Length \(data.count) >>\nstream\n".utf8) + data
      + Array("\nendstream\nendobj\n".utf8)
  }

  static func pdf(_ objects: [UInt8] = [], version: String = "1.7") -> [UInt8] {
    Array(
      """
      %PDF-\(version)
      1 0 obj
      << /Type /Catalog /Pages 2 0 R /OpenAction [3 0 R /Fit] >>
      endobj
      2 0 obj
      << /Type /Pages /Kids [3 0 R] /Count 1 >>
      endobj

      """.utf8) + objects
      + Array("trailer\n<< /Root 1 0 R >>\nstartxref\n9\n%%EOF\n".utf8)
  }

  static func pdf(_ object: String) -> [UInt8] { pdf(Array("5 0 obj\n\(object)\nendobj\n".utf8)) }
}
