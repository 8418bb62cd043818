import Glibc
import HTTPClient
import Testing

@Suite struct AddressPolicyTests {
  @Test(arguments: [
    "127.0.0.1", "127.1", "2130706433", "0x7f.1", "0177.0.0.1", "0.0.0.0", "::", "::1", "::ffff:127.0.0.1",
    "::ffff:8.8.8.8", "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "10.0.0.0", "10.255.255.255", "172.16.0.1",
    "172.31.255.255", "192.168.0.1", "192.168.255.255", "100.64.0.1", "100.127.255.255", "169.254.169.254", "fe80::1",
    "febf::1", "fec0::1", "fc00::1", "fd12:3456::1", "fdff::1", "224.0.0.1", "239.255.255.255", "240.0.0.1",
    "255.255.255.255", "ff02::1", "::127.0.0.1", "2002:7f00:1::", "2001::1", "2001:db8::1", "100::1", "192.0.0.1",
    "192.0.2.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "192.88.99.1", "3fff::1", "5f00::1",
  ])
  func notPublic(text: String) throws {
    let address = try #require(resolved(text))
    #expect(!address.isPublic)
    #expect(!AddressPolicy.publicOnly.allows(address))
    #expect(AddressPolicy.any.allows(address))
  }

  @Test(arguments: [
    "8.8.8.8", "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0",
    "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0", "223.255.255.255", "2606:4700::1111", "2001:4860:4860::8888", "2400:cb00::1", "2a00::1", "2003::1",
  ])
  func isPublic(text: String) throws {
    #expect(AddressPolicy.publicOnly.allows(try #require(resolved(text))))
  }

  @Test func exceptions() throws {
    let policy = try AddressPolicy.publicOnly(except: ["10.1.0.0/15", "127.0.0.1", "fd00::/9"])
    for text in ["10.1.0.1", "10.0.0.1", "127.0.0.1", "fd7f::1", "8.8.8.8"] {
      #expect(policy.allows(try #require(IPAddress(text))), "\(text)")
    }
    for text in ["10.2.0.0", "127.0.0.2", "fd80::1", "::ffff:10.1.0.1", "::1"] {
      #expect(!policy.allows(try #require(IPAddress(text))), "\(text)")
    }
    for text in ["", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10/8", "::/129", "host", "10.0.0.0/8/8"] {
      #expect(throws: AddressPolicy.InvalidRange.self) { try AddressPolicy.publicOnly(except: [text]) }
    }
  }

  @Test func ranges() throws {
    let everything = try #require(AddressRange("0.0.0.0/0"))
    #expect(everything.contains(try #require(IPAddress("255.1.2.3"))))
    #expect(!everything.contains(try #require(IPAddress("::1"))))
    #expect(IPAddress("2001:DB8:0::1")?.description == "2001:db8::1")
    #expect(IPAddress("127.1") == nil)
  }

  /// As the system's resolver reads the text, which is how odd spellings become addresses.
  private func resolved(_ text: String) -> IPAddress? {
    var hints = addrinfo()
    hints.ai_flags = AI_NUMERICHOST
    var list: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(text, nil, &hints, &list) == 0, let first = list else { return nil }
    defer { freeaddrinfo(list) }
    var name = [CChar](repeating: 0, count: 64)
    getnameinfo(first.pointee.ai_addr, first.pointee.ai_addrlen, &name, 64, nil, 0, NI_NUMERICHOST)
    return IPAddress(String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
  }
}
