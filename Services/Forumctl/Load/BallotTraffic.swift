import Contracts

/// Ballots as a plan and a profile have them.
final class BallotTraffic: Traffic {
  struct Ticket {
    let item: LoadPlan.Item
    let due: Int64
    let request: Int
    let phase: Int
  }

  private var plan: LoadPlan
  private var schedule: LoadProfile.Schedule
  private let request: LoadRequest
  private let nonces: Nonces
  private let board: LoadBoard
  private var taken = 0
  /// For what is random in hostile requests.
  private var random: SplitMix64

  private(set) var counts = LoadCounts()
  /// Of the 202, by phase.
  private(set) var accepted: [LatencyHistogram]
  /// Of all ballots that were answered.
  private(set) var answered = LatencyHistogram()
  /// When the last 202 came, in nanoseconds from the start.
  private(set) var lastAccepted: Int64 = 0
  private var recent = LatencyHistogram()
  private var fresh: [CastBallot] = []
  private let profile: LoadProfile

  init(plan: LoadPlan, profile: LoadProfile, request: LoadRequest, nonces: Nonces, board: LoadBoard) {
    self.plan = plan
    self.profile = profile
    schedule = LoadProfile.Schedule(profile)
    self.request = request
    self.nonces = nonces
    self.board = board
    random = SplitMix64(seed: plan.seed ^ 0x686f_7374_696c_65)
    accepted = Array(repeating: LatencyHistogram(), count: profile.phases.count)
  }

  var nextDue: Int64? { schedule.next }

  func take(into bytes: inout [UInt8]) -> Ticket {
    let ticket = Ticket(item: plan.next(), due: schedule.next ?? 0, request: taken, phase: schedule.phase)
    taken += 1
    schedule.advance()
    let item = ticket.item
    if case .hostile(let kind) = item.kind {
      request.hostile(kind, vote: item.vote, citizen: item.citizen, random: &random, into: &bytes)
    } else {
      request.ballot(
        vote: item.vote, citizen: item.citizen, isYes: item.isYes, nonce: nonces.text(of: ticket.request), into: &bytes)
    }
    return ticket
  }

  func breaksConnection(_ ticket: Ticket) -> Bool {
    if case .hostile(let kind) = ticket.item.kind { kind.breaksConnection } else { false }
  }

  func finish(_ ticket: Ticket, _ fate: Fate, at time: Int64) {
    if case .hostile = ticket.item.kind { return finishHostile(fate) }
    switch fate {
    case .unsent: counts.unsent += 1
    case .unknown:
      counts.sent += 1
      counts.unknown += 1
      keep(ticket, status: 0, nil)
    case .answered(let status, let body):
      counts.sent += 1
      let latency = Int(max(0, time - ticket.due) / 1_000)
      answered.record(microseconds: latency)
      switch status {
      case 202:
        counts.accepted += 1
        accepted[ticket.phase].record(microseconds: latency)
        recent.record(microseconds: latency)
        lastAccepted = time
      case 400..<500: counts.clientErrors += 1
      case 500..<600: counts.serverErrors += 1
      default: counts.other += 1
      }
      keep(ticket, status: Int16(status), status == 202 ? Self.receipt(in: body).map(CastBallot.Place.init) : nil)
    }
  }

  private func finishHostile(_ fate: Fate) {
    if case .unsent = fate { return }
    counts.hostile += 1
    guard case .answered(let status, _) = fate else { return }
    if (400..<500).contains(status) { counts.hostileRefused += 1 }
    if (200..<300).contains(status) { counts.hostileTaken += 1 }
  }

  private func keep(_ ticket: Ticket, status: Int16, _ place: CastBallot.Place?) {
    let item = ticket.item
    fresh.append(
      CastBallot(
        vote: Int32(item.vote), citizen: Int32(item.citizen), isYes: item.isYes, status: status,
        request: Int32(ticket.request), place: place))
  }

  /// The receipt in an answer, found without reading the rest of it.
  static func receipt(in body: [UInt8]) -> Receipt? {
    let name = Array(#""receipt":""#.utf8)
    guard body.count > name.count else { return nil }
    var start = 0
    while start + name.count <= body.count {
      if body[start] == name[0], body[start..<start + name.count].elementsEqual(name) { break }
      start += 1
    }
    let value = body.dropFirst(start + name.count).prefix { $0 != UInt8(ascii: "\"") }
    return value.count <= 64 ? Receipt(String(decoding: value, as: UTF8.self)) : nil
  }

  func tick(at time: Int64) {
    board.report(
      counts, fresh, recent: recent, waiting: max(0, profile.due(by: time) - taken), seconds: Double(time) / 1e9)
    fresh = []
    recent = LatencyHistogram()
  }
}
