import CZlib

/// Reads gzip (RFC 1952), of one member or several.
enum Gzip {
  /// - Throws: `Failure` when the bytes are not gzip, damaged, or end too early.
  static func unpack(_ packed: [UInt8], name: String) throws -> [UInt8] {
    var stream = z_stream()
    // 15 bits of window, and 16: the gzip wrapper.
    guard inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      throw Failure("zlib cannot start")
    }
    defer { inflateEnd(&stream) }
    var input = packed
    var output: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let status = input.withUnsafeMutableBufferPointer { input in
      stream.next_in = input.baseAddress
      stream.avail_in = UInt32(input.count)
      while true {
        let (status, filled) = buffer.withUnsafeMutableBufferPointer { buffer in
          stream.next_out = buffer.baseAddress
          stream.avail_out = UInt32(buffer.count)
          return (inflate(&stream, Z_NO_FLUSH), buffer.count - Int(stream.avail_out))
        }
        output += buffer[..<filled]
        if status == Z_STREAM_END, stream.avail_in > 0 {
          if inflateReset(&stream) != Z_OK { return Z_DATA_ERROR }
        } else if status != Z_OK {
          return status
        }
      }
    }
    guard status == Z_STREAM_END else { throw Failure("\(name) is damaged: it cannot be unpacked") }
    return output
  }
}
