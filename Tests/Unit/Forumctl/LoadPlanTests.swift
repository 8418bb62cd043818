import Contracts
import Crypto
import Testing

@testable import Forumctl

struct LoadPlanTests {
  private func moments(_ profile: LoadProfile) -> [(time: Int64, phase: Int)] {
    var schedule = LoadProfile.Schedule(profile)
    var moments: [(time: Int64, phase: Int)] = []
    while let time = schedule.next {
      moments.append((time, schedule.phase))
      schedule.advance()
    }
    return moments
  }

  @Test func `a constant rate is a request every so often`() {
    let profile = LoadProfile.constant(rate: 4, seconds: 2)
    #expect(moments(profile).map(\.time) == (0..<8).map { Int64($0) * 250_000_000 })
    #expect(profile.count == 8)
  }

  @Test func `steps rise from the base to the rate`() {
    let profile = LoadProfile.step(from: 10, to: 50, steps: 5, seconds: 10)
    #expect(profile.phases.map(\.rate) == [10, 20, 30, 40, 50])
    #expect(profile.seconds == 10 && profile.count == 300)
    #expect(LoadProfile.step(from: 10, to: 50, steps: 1, seconds: 10) == .constant(rate: 50, seconds: 10))
    let moments = moments(profile)
    #expect(moments.count == 300)
    #expect(zip(moments, moments.dropFirst()).allSatisfy { $0.time <= $1.time })
    #expect(moments.first { $0.phase == 4 }?.time == 8_000_000_000)
  }

  @Test func `a spike stands in the middle`() {
    let profile = LoadProfile.spike(base: 1, rate: 100, spike: 2, seconds: 10)
    #expect(profile.phases.map(\.seconds) == [4, 2, 4] && profile.phases.map(\.rate) == [1, 100, 1])
    #expect(LoadProfile.spike(base: 1, rate: 100, spike: 9, seconds: 9).phases.map(\.rate) == [100])
  }

  @Test func `what is due by a time is what the schedule has until then`() {
    let profile = LoadProfile.spike(base: 3, rate: 70, spike: 1, seconds: 4)
    let moments = moments(profile)
    for milliseconds in stride(from: Int64(1), to: 4_500, by: 37) {
      let time = milliseconds * 1_000_000 + 7
      #expect(profile.due(by: time) == moments.count { $0.time <= time }, "\(milliseconds) ms")
    }
  }

  @Test func `a phase of nothing is passed over`() {
    let profile = LoadProfile(phases: [.init(rate: 0.1, seconds: 1), .init(rate: 1, seconds: 2)])
    #expect(moments(profile).map(\.time) == [1_000_000_000, 2_000_000_000])
  }

  @Test func `no citizen's first ballot on a vote comes twice`() {
    var plan = LoadPlan(votes: 7, citizens: 30, seed: 1, repeatShare: 0.2, hostileShare: 0.1)
    let firsts = plan.firsts(in: 250)
    #expect(firsts <= 7 * 30)
    var seen: [[Int]: Bool] = [:]
    var again = 0
    var hostile: Set<String> = []
    for _ in 0..<250 {
      let item = plan.next()
      #expect((0..<7).contains(item.vote) && (0..<30).contains(item.citizen))
      switch item.kind {
      case .first: #expect(seen.updateValue(item.isYes, forKey: [item.vote, item.citizen]) == nil)
      case .again:
        #expect(seen[[item.vote, item.citizen]] != nil)
        again += 1
      case .hostile(let kind): hostile.insert(kind.rawValue)
      }
    }
    #expect(seen.count == firsts && plan.firsts == firsts)
    #expect((25...80).contains(again))
    #expect(!hostile.isEmpty)
  }

  @Test func `the number of first ballots does not depend on the citizens`() {
    let counts = [1, 17, 5_000].map {
      LoadPlan(votes: 3, citizens: $0, seed: 9, repeatShare: 0.3, hostileShare: 0.3).firsts(in: 1_000)
    }
    #expect(Set(counts).count == 1)
  }

  @Test func `every request is one of HTTP, and no token is in those that have none`() {
    let proposal = ProposalID()
    let request = LoadRequest(
      host: "h:1", basePath: "/x", proposals: [proposal],
      tokens: [Array("a.b.\(String(repeating: "c", count: 86))".utf8)])
    var bytes: [UInt8] = []
    request.ballot(vote: 0, citizen: 0, isYes: false, nonce: Array("n".utf8), into: &bytes)
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(text.hasPrefix("POST /x/v1/proposals/\(proposal)/ballots HTTP/1.1\r\nHost: h:1\r\n"))
    #expect(text.contains("Content-Length: 27\r\n") && text.hasSuffix("\r\n\r\n{\"choice\":\"no\",\"nonce\":\"n\"}"))
    var random = SplitMix64(seed: 1)
    for kind in HostileRequest.allCases {
      bytes = []
      request.hostile(kind, vote: 0, citizen: 0, random: &random, into: &bytes)
      let text = String(decoding: bytes, as: UTF8.self)
      #expect(text.contains("\r\n\r\n"), "\(kind)")
      #expect(text.contains("Authorization") == (kind != .noToken), "\(kind)")
      // With the good token, something else must be wrong.
      if text.contains("a.b.ccc") {
        let isBallot =
          text.contains("POST /x/v1/proposals/\(proposal)/ballots HTTP/1.1")
          && text.hasSuffix("\r\n\r\n{\"choice\":\"yes\"}")
        #expect(!isBallot || kind == .hugeHeader || kind == .badLength, "\(kind)")
      }
    }
  }

  @Test func `nonces are 16 bytes, each its own`() {
    let nonces = Nonces(salt: 3)
    let all = (0..<1_000).map { String(decoding: nonces.text(of: $0), as: UTF8.self) }
    #expect(Set(all).count == 1_000)
    #expect(all.allSatisfy { Base64URL.decode($0)?.count == 16 })
  }

  @Test func `percentiles are those of the sorted values, within one in 128`() {
    var histogram = LatencyHistogram()
    #expect(histogram.percentile(0.5) == nil)
    var random = SplitMix64(seed: 4)
    var values: [Int] = []
    for _ in 0..<20_000 {
      let value = random.below(1 << (1 + random.below(40)))
      values.append(value)
      histogram.record(microseconds: value)
    }
    values.sort()
    for share in [0, 0.001, 0.25, 0.5, 0.9, 0.99, 0.999, 1] {
      let exact = values[max(1, Int((share * 20_000).rounded(.up))) - 1]
      let found = histogram.percentile(share) ?? -1
      #expect(found >= exact && found <= exact + exact / 128, "\(share): \(found) for \(exact)")
    }
    #expect(histogram.percentile(1) == values.last && histogram.maximum == values.last)
  }

  @Test func `histograms add up, and the largest number is no trap`() {
    var one = LatencyHistogram()
    one.record(microseconds: -5)
    one.record(microseconds: .max)
    var two = LatencyHistogram()
    two.record(microseconds: 100)
    two.add(one)
    #expect(two.total == 3 && two.maximum == .max)
    #expect(two.percentile(0.5) == 100 && two.percentile(1) == .max && two.percentile(0.3) == 0)
  }
}
