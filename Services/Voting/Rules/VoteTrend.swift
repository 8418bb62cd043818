import Contracts
import Crypto
import FoundationEssentials

/// What the hourly look sees of a vote: how many ballots came within the hour, and from how few places.
///
/// All that were received are in it: repetitions, which do not count, and those in quarantine.
struct VoteTrend: Codable, Sendable, Equatable {
  /// A network, by the beginning of the origin hash.
  struct Origin: Codable, Sendable, Equatable {
    /// Lower-case hexadecimal: 8 digits of a site, 16 of a block.
    let origin: String
    let ballots: Int64
  }

  static let hour: Int64 = 3_600_000
  /// How many of the busiest sites and blocks are named.
  static let busiest = 10

  /// The beginning of the hour.
  let hour: Date
  let observedAt: Date
  let ballots: Int64
  let meanPerMinute: Double
  let maxPerMinute: Int64
  /// Distinct IPv4 addresses and IPv6 /64.
  let lines: Int64
  let sites: [Origin]
  let blocks: [Origin]
  /// Ballots that count, of the whole vote, when the look was taken.
  let counted: Int64
  /// The hour's share of all ballots: 0 to 1.
  let hourShare: Double
  /// The busiest site's share of the hour's ballots: 0 to 1.
  let siteShare: Double
  let alarms: [VoteTrendAlarm.Kind]
}

extension VoteTrend {
  /// The hour that was over last, a minute ago at least, so that all its ballots are written down: its beginning, ms.
  static func lastFullHour(at now: Date) -> Int64 { (now.milliseconds - 60_000) / hour * hour - hour }
}

/// The ballots of one vote and one hour, counted as they are read.
struct TrendCount: Sendable {
  private let start: Int64
  private(set) var ballots: Int64 = 0
  private var minutes = [Int64](repeating: 0, count: 60)
  private var sites: [UInt32: Int64] = [:]
  private var blocks: [UInt64: Int64] = [:]
  /// The part of the hash that is of the line: of two lines it is the same with a probability of 2^-64.
  private var lines: Set<UInt64> = []

  /// - Parameter start: beginning of the hour, ms since 1970.
  init(from start: Int64) { self.start = start }

  /// One more; what is not of the hour is passed over.
  mutating func count(_ entry: OriginEntry) {
    guard (start..<start + VoteTrend.hour).contains(entry.acceptedAt) else { return }
    ballots += 1
    minutes[Int((entry.acceptedAt - start) / 60_000)] += 1
    guard entry.origin != .unknown else { return }
    sites[entry.origin.site, default: 0] += 1
    blocks[entry.origin.block, default: 0] += 1
    lines.insert(UInt64(truncatingIfNeeded: entry.origin.value))
  }

  /// What it comes to.
  /// - Parameters:
  ///   - counted: ballots of the vote that count so far.
  ///   - openedAt: when the vote opened.
  func trend(counted: Int64, openedAt: Date, observedAt: Date) -> VoteTrend {
    let sites = Self.busiest(of: sites, digits: 8)
    // The count may be behind, and knows nothing of ballots in quarantine: no share is more than the whole.
    let all = max(counted, ballots)
    let rule = TrendRule(
      ballots: ballots, all: all, busiestSite: sites.first?.ballots ?? 0,
      openFor: start + VoteTrend.hour - openedAt.milliseconds)
    return VoteTrend(
      hour: Date(milliseconds: start), observedAt: observedAt, ballots: ballots,
      meanPerMinute: (Double(ballots) / 6).rounded() / 10, maxPerMinute: minutes.max() ?? 0, lines: Int64(lines.count),
      sites: sites, blocks: Self.busiest(of: blocks, digits: 16), counted: counted,
      hourShare: TrendRule.share(ballots, of: all), siteShare: TrendRule.share(sites.first?.ballots ?? 0, of: ballots),
      alarms: rule.alarms)
  }

  private static func busiest<Network: BinaryInteger>(of counts: [Network: Int64], digits: Int) -> [VoteTrend.Origin] {
    // By the number where counts are equal, so that one count gives one list.
    counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(VoteTrend.busiest).map { network, ballots in
      let text = String(network, radix: 16)
      return VoteTrend.Origin(origin: String(repeating: "0", count: digits - text.count) + text, ballots: ballots)
    }
  }
}

/// What is out of the ordinary.
struct TrendRule: Sendable, Equatable {
  /// Fewer ballots tell nothing.
  static let enough: Int64 = 1_000
  /// A younger vote has had most of its ballots within the last hour.
  static let settled: Int64 = 6 * VoteTrend.hour

  /// Of the hour.
  let ballots: Int64
  /// Of the vote.
  let all: Int64
  /// Of the hour, from the busiest site.
  let busiestSite: Int64
  /// Milliseconds from the opening to the end of the hour.
  let openFor: Int64

  var alarms: [VoteTrendAlarm.Kind] {
    VoteTrendAlarm.Kind.allCases.filter { kind in
      switch kind {
      case .lastHourShare: openFor > Self.settled && all >= Self.enough && Self.isTooMuch(ballots, of: all)
      case .oneSiteShare: ballots >= Self.enough && Self.isTooMuch(busiestSite, of: ballots)
      }
    }
  }

  /// More than 30 %, in whole numbers.
  private static func isTooMuch(_ part: Int64, of whole: Int64) -> Bool { 10 * part > 3 * whole }

  /// To three digits; of nothing, 0.
  static func share(_ part: Int64, of whole: Int64) -> Double {
    whole > 0 ? (1_000 * Double(part) / Double(whole)).rounded() / 1_000 : 0
  }
}
