/// A JPEG file (ITU-T T.81), taken apart segment by segment.
enum JPEGFile {
  static let signature: [UInt8] = [0xff, 0xd8, 0xff]

  /// The same picture with its colours and the way it is turned, and nothing else that a camera wrote: no place, no time,
  /// no serial number, no comment, and nothing behind its end.
  static func cleaned(_ file: [UInt8]) throws(UnsoundFile) -> [UInt8] {
    var reader = ByteReader(file)
    guard reader.take(2).map(Array.init) == [0xff, 0xd8] else { throw UnsoundFile("is no JPEG file") }
    var result: [UInt8] = [0xff, 0xd8]
    var hasFrame = false
    var hasScan = false
    while true {
      let marker = try marker(&reader)
      if marker == 0xd9 {
        guard hasScan else { throw UnsoundFile("holds no picture") }
        return result + [0xff, 0xd9]
      }
      guard let length = reader.bigEndian(2), length >= 2, let data = reader.take(length - 2) else {
        throw UnsoundFile("ends too early")
      }
      let segment = [0xff, marker, UInt8(length >> 8), UInt8(length & 0xff)] + data
      switch marker {
      case 0xc0, 0xc1, 0xc2:
        guard !hasFrame else { throw UnsoundFile("holds several pictures") }
        try checkFrame(Array(data))
        hasFrame = true
        result += segment
      case 0xc4, 0xdb, 0xdd: result += segment
      case 0xda:
        guard hasFrame else { throw UnsoundFile("holds no picture") }
        hasScan = true
        result += segment + scan(&reader)
      case 0xe0...0xef, 0xfe: result += kept(marker, Array(data), segment)
      default: throw UnsoundFile("is of a kind of JPEG that browsers do not show")
      }
    }
  }

  /// 0xff and a marker; further 0xff before it only fill.
  private static func marker(_ reader: inout ByteReader) throws(UnsoundFile) -> UInt8 {
    guard reader.take(1)?.first == 0xff else { throw UnsoundFile("holds bytes where a segment should begin") }
    while let byte = reader.take(1)?.first {
      if byte != 0xff { return byte }
    }
    throw UnsoundFile("ends too early")
  }

  private static func checkFrame(_ data: [UInt8]) throws(UnsoundFile) {
    guard data.count >= 6, [1, 3, 4].contains(data[5]), data.count == 6 + 3 * Int(data[5]) else {
      throw UnsoundFile("has a broken header")
    }
    try PictureSize.check(Int(data[3]) << 8 | Int(data[4]), Int(data[1]) << 8 | Int(data[2]))
  }

  /// The coded picture up to the next marker; 0xff00 is a byte of it, and restart markers belong to it.
  private static func scan(_ reader: inout ByteReader) -> ArraySlice<UInt8> {
    let bytes = reader.rest
    var at = bytes.startIndex
    while at < bytes.endIndex {
      if bytes[at] == 0xff, at + 1 < bytes.endIndex {
        let next = bytes[at + 1]
        guard next == 0 || (0xd0...0xd7).contains(next) else { break }
        at += 1
      }
      at += 1
    }
    return reader.take(at - bytes.startIndex) ?? []
  }

  /// Of the segments for programs: the frame of JFIF, the colours, and which side is up.
  private static func kept(_ marker: UInt8, _ data: [UInt8], _ segment: [UInt8]) -> [UInt8] {
    switch marker {
    case 0xe0 where data.starts(with: Array("JFIF\u{0}".utf8)): segment
    case 0xe2 where data.starts(with: Array("ICC_PROFILE\u{0}".utf8)): segment
    case 0xee where data.starts(with: Array("Adobe".utf8)) && data.count == 12: segment
    case 0xe1: orientation(data).map(orientationSegment) ?? []
    default: []
    }
  }

  /// Exif's tag 0x0112, 1...8; nil when there is none or the picture is not turned.
  static func orientation(_ data: [UInt8]) -> UInt8? {
    guard data.starts(with: Array("Exif\u{0}\u{0}".utf8)) else { return nil }
    let tiff = Array(data.dropFirst(6))
    let isLittle = tiff.starts(with: [0x49, 0x49, 0x2a, 0])
    guard isLittle || tiff.starts(with: [0x4d, 0x4d, 0, 0x2a]) else { return nil }
    func number(at place: Int, _ count: Int) -> Int? {
      guard place >= 0, place + count <= tiff.count else { return nil }
      let bytes = tiff[place..<place + count]
      return (isLittle ? Array(bytes.reversed()) : Array(bytes)).reduce(0) { $0 << 8 | Int($1) }
    }
    guard let directory = number(at: 4, 4), let entries = number(at: directory, 2) else { return nil }
    for entry in 0..<entries {
      let place = directory + 2 + 12 * entry
      guard let tag = number(at: place, 2) else { return nil }
      if tag == 0x0112 { return number(at: place + 8, 2).flatMap { (2...8).contains($0) ? UInt8($0) : nil } }
    }
    return nil
  }

  /// The smallest Exif segment that says which side is up.
  private static func orientationSegment(_ orientation: UInt8) -> [UInt8] {
    [0xff, 0xe1, 0, 34] + Array("Exif\u{0}\u{0}MM\u{0}*".utf8)
      + [0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0]
  }
}
