import CZlib

/// A PNG file (W3C PNG, third edition), taken apart chunk by chunk.
enum PNGFile {
  static let signature: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

  /// What a picture needs to look as it was meant. All others go: texts, times, places, other programs' data.
  private static let kept: Set<String> = [
    "IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA", "cHRM", "sRGB", "iCCP", "sBIT", "bKGD", "pHYs", "cICP",
  ]

  /// The same picture without what does not belong to it, and without what stands behind its end.
  static func cleaned(_ file: [UInt8]) throws(UnsoundFile) -> [UInt8] {
    var reader = ByteReader(file)
    guard reader.take(signature.count).map(Array.init) == signature else { throw UnsoundFile("is no PNG file") }
    var result = signature
    var isFirst = true
    var hasData = false
    while true {
      guard let length = reader.bigEndian(4), length <= file.count, let name = reader.take(4),
        let data = reader.take(length), let checksum = reader.bigEndian(4)
      else { throw UnsoundFile("ends too early") }
      guard name.allSatisfy({ (0x41...0x5a).contains($0 & 0xdf) }) else { throw UnsoundFile("holds a broken chunk") }
      let chunk = file[name.startIndex..<data.endIndex]
      guard checksumOf(chunk) == checksum else { throw UnsoundFile("holds a chunk with a wrong checksum") }
      let type = String(decoding: name, as: UTF8.self)
      guard (type == "IHDR") == isFirst else { throw UnsoundFile("does not begin with its header") }
      if isFirst { try checkHeader(data) }
      isFirst = false
      if type == "IDAT" { hasData = true }
      guard kept.contains(type) else {
        // The fifth bit of the first letter: whether a reader may pass over it.
        guard let first = name.first, first & 0x20 != 0 else { throw UnsoundFile("holds an unknown chunk") }
        continue
      }
      result += bigEndian(length) + chunk + bigEndian(checksum)
      if type == "IEND" {
        guard length == 0, hasData else { throw UnsoundFile("holds no picture") }
        return result
      }
    }
  }

  private static func checkHeader(_ data: ArraySlice<UInt8>) throws(UnsoundFile) {
    var reader = ByteReader(Array(data))
    guard data.count == 13, let width = reader.bigEndian(4), let height = reader.bigEndian(4),
      let rest = reader.take(5).map(Array.init)
    else { throw UnsoundFile("has a broken header") }
    try PictureSize.check(width, height)
    let depths: [UInt8: Set<UInt8>] = [
      0: [1, 2, 4, 8, 16], 2: [8, 16], 3: [1, 2, 4, 8], 4: [8, 16], 6: [8, 16],
    ]
    guard depths[rest[1]]?.contains(rest[0]) == true, rest[2] == 0, rest[3] == 0, rest[4] <= 1 else {
      throw UnsoundFile("has a broken header")
    }
  }

  private static func checksumOf(_ bytes: ArraySlice<UInt8>) -> Int {
    bytes.withUnsafeBufferPointer { Int(crc32(0, $0.baseAddress, UInt32($0.count))) }
  }

  private static func bigEndian(_ value: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }
}

/// Why a file is not taken; to be read after "The file".
struct UnsoundFile: Error, Equatable {
  let reason: String
  init(_ reason: String) { self.reason = reason }
}

/// How large a picture may be when it is shown: a few bytes can stand for one that no memory holds.
enum PictureSize {
  static let sideLimit = 16_384
  static let pixelLimit = 64_000_000

  static func check(_ width: Int, _ height: Int) throws(UnsoundFile) {
    guard (1...sideLimit).contains(width), (1...sideLimit).contains(height), width * height <= pixelLimit else {
      throw UnsoundFile("holds a picture that is empty or too large")
    }
  }
}

/// Reads bytes from the front; nil when there are not enough.
struct ByteReader {
  private(set) var rest: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { rest = bytes[...] }

  mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
    guard count >= 0, rest.count >= count else { return nil }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  mutating func bigEndian(_ count: Int) -> Int? { take(count).map { $0.reduce(0) { $0 << 8 | Int($1) } } }
}
