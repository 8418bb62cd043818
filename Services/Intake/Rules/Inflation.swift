import CZlib

/// Unpacks what zlib has packed (RFC 1950).
enum Inflation {
  /// As much as can be unpacked: nothing of what is not packed, and what comes before the first fault of what is.
  /// - Returns: nil when it is more than `limit`.
  static func bytes(of packed: ArraySlice<UInt8>, limit: Int) -> [UInt8]? {
    // The two bytes of the header.
    guard packed.count > 2, let method = packed.first, let flags = packed.dropFirst().first, method & 0x0f == 8,
      (Int(method) << 8 | Int(flags)).isMultiple(of: 31)
    else { return [] }
    var stream = z_stream()
    guard inflateInit_(&stream, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else { return [] }
    defer { inflateEnd(&stream) }
    var result: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 64 << 10)
    return packed.withUnsafeBufferPointer { input -> [UInt8]? in
      // zlib only reads from it.
      stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
      stream.avail_in = UInt32(input.count)
      while true {
        let (status, count) = piece.withUnsafeMutableBufferPointer { output -> (Int32, Int) in
          stream.next_out = output.baseAddress
          stream.avail_out = UInt32(output.count)
          let status = inflate(&stream, Z_NO_FLUSH)
          return (status, output.count - Int(stream.avail_out))
        }
        guard result.count + count <= limit else { return nil }
        result += piece.prefix(count)
        guard status == Z_OK, count > 0 || stream.avail_in > 0 else { return result }
      }
    }
  }
}
