import HTTPClient
import Testing

@testable import Notification

@Suite struct WebhookAddressTests {
  private let open = try? WebhookAddresses(networks: [])
  private let local = try? WebhookAddresses(networks: ["127.0.0.0/8", "fd00::/8"])

  @Test(arguments: [
    "https://example.org", "https://example.org/hook?x=1", "https://hooks.example.org:8443/a%20b", "https://8.8.8.8/",
    "https://[2606:4700::1111]:443/", "https://xn--9d0b.kr/", "https://example.org?x=a/b@c",
  ])
  func publicAddressesOverTLSAreAllowed(url: String) throws {
    #expect(try #require(open).fault(of: url) == nil)
    #expect(try #require(local).fault(of: url) == nil)
  }

  @Test(arguments: [
    "http://example.org/", "ftp://example.org/", "file:///etc/passwd", "gopher://example.org/", "example.org", "",
    "https://", "https:///x", "https://user@example.org/", "https://user:word@example.org/", "https://a b.org/",
    "https://example.org/#part", "https://example.org\\@127.0.0.1/", "https://example.org/\r\nx: y",
    "https://127.0.0.1/", "https://127.1/", "https://2130706433/", "https://0x7f.1/", "https://0177.0.0.1/",
    "https://0.0.0.0/", "https://[::]/", "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://[64:ff9b::7f00:1]/",
    "https://10.0.0.1/", "https://172.16.0.1/", "https://192.168.0.1/", "https://100.64.0.1/",
    "https://169.254.169.254/", "https://[fe80::1]/", "https://[fc00::1]/", "https://224.0.0.1/",
    "https://[fe80::1%25eth0]/", "https://[8.8.8.8]/", "https://[::1", "https://example.org:0/",
    "https://example.org:25/", "https://example.org:65536/", "https://example.org:/", "https://example.org:+443/",
    "https://exa_mple.org/", "https://example..org/", "https://example.org./", "https://-example.org/",
    "https://공원.kr/", "HTTPS://example.org/",
  ])
  func everythingElseIsRefused(url: String) throws {
    #expect(try #require(open).fault(of: url) != nil)
  }

  @Test(arguments: ["http://127.0.0.1:9000/hook", "https://127.0.0.1:9000/hook", "http://[fd00::1]:8080/"])
  func namedNetworksAreAllowedAlsoWithoutTLS(url: String) throws {
    #expect(try #require(local).fault(of: url) == nil)
    #expect(try #require(open).fault(of: url) != nil)
  }

  @Test func withoutTLSNothingLeavesTheNamedNetworks() throws {
    let local = try #require(local)
    #expect(local.fault(of: "http://8.8.8.8/") != nil)
    let policy = try #require(local.policy(for: "http://example.org/"))
    #expect(!policy.allows(try #require(IPAddress("8.8.8.8"))))
    #expect(policy.allows(try #require(IPAddress("127.0.0.1"))))
    #expect(!policy.allows(try #require(IPAddress("10.0.0.1"))))
    #expect(try #require(open).policy(for: "http://example.org/") == nil)
  }

  @Test func aLongAddressIsRefused() throws {
    let url = "https://example.org/" + String(repeating: "a", count: 2_048)
    #expect(try #require(open).fault(of: url) != nil)
  }
}

@Suite struct ContactTests {
  @Test(arguments: ["kim@example.org", "kim.minji+forum@mail.example.co.kr", "a@b.kr"])
  func addressesOfPeopleAreAccepted(email: String) throws {
    #expect(try Contact(email: email, language: .korean).checked().email == email)
  }

  @Test(arguments: [
    "", "kim", "kim@", "@example.org", "kim@localhost", "kim@@example.org", "a@b@example.org", "kim @example.org",
    "kim@example.org\r\nBcc: all@example.org", "\"kim\"@example.org", "kim@[127.0.0.1]", "김@example.org",
    "Kim <kim@example.org>", "kim@example..org", ".kim@example.org",
  ])
  func everythingElseIsRefused(email: String) {
    #expect(throws: (any Error).self) { try Contact(email: email, language: .korean).checked() }
  }

  @Test func aTooLongAddressIsRefused() {
    let domain = Array(repeating: String(repeating: "d", count: 60), count: 4).joined(separator: ".")
    #expect(throws: (any Error).self) { try Contact(email: "someone-long@\(domain)", language: .korean).checked() }
  }
}
