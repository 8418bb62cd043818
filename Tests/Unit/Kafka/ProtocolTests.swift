import Testing

@testable import Kafka

@Suite struct ProtocolTests {
  @Test func `numbers are big-endian, and lengths of the compact forms count from one`() {
    var writer = ProtocolWriter()
    writer.integer(Int16(51))
    writer.integer(Int32(-2))
    writer.double(1.5)
    writer.string("kim")
    writer.string(nil)
    writer.compactString("kim")
    writer.compactString(nil)
    writer.compactBytes([7])
    writer.compactArray([Int8(1), 2]) { $0.integer($1) }
    #expect(
      writer.bytes == [0, 51, 0xff, 0xff, 0xff, 0xfe, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0, 0, 3] + Array("kim".utf8) + [
        0xff, 0xff,
      ]
        + [4] + Array("kim".utf8) + [0, 2, 7, 3, 1, 0, 2, 0])
  }

  @Test(arguments: [0, 1, 127, 128, 300, 16_383, 16_384, 2_097_151])
  func `a variable length is read as it was written`(value: Int) throws {
    var writer = ProtocolWriter()
    writer.unsignedVarint(value)
    var reader = ProtocolReader(writer.bytes)
    #expect(try reader.unsignedVarint() == value)
  }

  @Test func `what is written is read`() throws {
    var writer = ProtocolWriter()
    writer.compactArray(["a", "bc"]) { $0.compactString($1) }
    writer.double(0.25)
    writer.string("plain")
    writer.noTags()
    var reader = ProtocolReader(writer.bytes)
    #expect(try reader.compactArray { part throws(KafkaError) in try part.compactString() ?? "" } == ["a", "bc"])
    #expect(try reader.double() == 0.25)
    #expect(try reader.string() == "plain")
    try reader.skipTags()
  }

  @Test func `tagged fields that nobody knows are passed over`() throws {
    var reader = ProtocolReader([2, 0, 3, 9, 9, 9, 5, 0, 42] as [UInt8])
    try reader.skipTags()
    #expect(try reader.integer(UInt8.self) == 42)
  }

  /// Lengths that lie, an array longer than the answer, a varint without an end, nothing at all.
  @Test(
    arguments: [[], [200, 1], [0xff, 0xff, 0xff, 0xff, 0x7f], [0xff, 0xff, 0xff, 0xff, 0xff, 0xff], [9, 1]] as [[UInt8]]
  )
  func `an answer that lies about its lengths is an error`(bytes: [UInt8]) {
    #expect(throws: KafkaError.self) {
      var reader = ProtocolReader(bytes)
      _ = try reader.compactString()
    }
    #expect(throws: KafkaError.self) {
      var reader = ProtocolReader(bytes)
      _ = try reader.compactArray { part throws(KafkaError) in try part.integer(Int64.self) }
    }
  }
}
