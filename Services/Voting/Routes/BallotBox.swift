import Contracts
import Crypto
import FoundationEssentials
import HTTPServer
import Kafka
import Postgres
import ServiceKit

/// Takes ballots: token, open vote, pseudonym, record, Kafka's acknowledgement, receipt. Nothing here touches PostgreSQL
/// while votes are open, and no identity leaves this service.
struct BallotBox: Sendable {
  /// How many ballots went which way.
  struct Figures: Sendable {
    let accepted: Counter
    let unknown: Counter
    let notStored: Counter
    let shed: Counter
    let limited: Counter
    let quarantined: Counter

    init(_ metrics: Metrics) {
      let name = "forum_voting_ballots_total"
      let help =
        "Ballots by answer: accepted into the log, unknown whether in the log, surely not in it, turned away unread, or too many of one sender."
      accepted = metrics.counter(name, help, ["answer": "accepted"])
      unknown = metrics.counter(name, help, ["answer": "unknown"])
      notStored = metrics.counter(name, help, ["answer": "not-stored"])
      shed = metrics.counter(name, help, ["answer": "shed"])
      limited = metrics.counter(name, help, ["answer": "limited"])
      quarantined = metrics.counter(
        "forum_voting_ballots_quarantined_total", "Suspicious ballots, to be counted only when they are released.")
    }
  }

  let book: VoteBook
  let database: Database
  let clock: WallClock
  let producer: Producer
  let ballotKey: HMACKey
  let log: Log
  let figures: Figures
  let admission: Admission
  let rates: BallotRates
  let suspicion: Suspicion
  let origins: BallotOrigins
  private let nonces = NonceSource()
  private let topic: ProducerTopic

  init(
    book: VoteBook, database: Database, clock: WallClock, producer: Producer, ballotKey: HMACKey, log: Log,
    figures: Figures, admission: Admission, rates: BallotRates, suspicion: Suspicion, origins: BallotOrigins
  ) {
    self.book = book
    self.database = database
    self.clock = clock
    self.producer = producer
    self.ballotKey = ballotKey
    self.log = log
    self.figures = figures
    self.admission = admission
    self.rates = rates
    self.suspicion = suspicion
    self.origins = origins
    topic = producer.topic(Topics.ballots.name)
  }

  /// The body of a ballot.
  struct Ballot: Decodable, Sendable, Equatable {
    let choice: Choice
    /// base64url of 16 bytes chosen by the voter's browser; chosen here when absent.
    let nonce: String?
  }

  struct Accepted: Encodable, Sendable {
    let receipt: String
    let proposal: ProposalID
    let acceptedAt: Date
    let state: BallotState
  }

  /// `POST /v1/proposals/{id}/ballots`: 202 once the broker has acknowledged the record with `acks=all`. The receipt says
  /// received, not counted; the first ballot of a voter in the log counts.
  func cast(_ request: Request) async throws -> Response {
    let sender = rates.sender(of: request.http)
    if let problem = rates.refusal(of: sender) { throw problem }
    let ballot = try ballot(in: request)
    let caller = try request.authenticated()
    let proposal: ProposalID = try request.id()
    let now = clock.now
    guard let open = book.openVote(on: proposal, at: now) else { throw try await refusal(proposal, at: now) }
    if let problem = open.vote.rule.electorate.refusal(of: caller) { throw problem }
    let pseudonym = Pseudonyms.pseudonym(issuer: caller.issuer, subject: caller.subject, key: open.key)
    if let problem = rates.refusal(of: pseudonym) { throw problem }
    let record = BallotRecord(
      proposal: proposal, content: content(of: ballot, pseudonym, try nonce(of: ballot), from: sender, on: proposal),
      acceptedAt: now.milliseconds
    ).encoded(with: ballotKey)
    let partition = BallotRecord.partition(of: pseudonym, count: Topics.ballots.partitions)
    let offset = try await stored(record, key: Array(pseudonym.prefix(16)), in: partition) {
      origins.add(pseudonym, on: proposal, at: now, from: sender, accountCreated: caller.accountCreated)
    }
    figures.accepted.add()
    let receipt = Receipt(partition: partition, offset: offset, record: record, key: ballotKey)
    let accepted = Accepted(receipt: receipt.description, proposal: proposal, acceptedAt: now, state: .pending)
    return Response(status: 202, headers: Self.headers, body: .bytes(BallotText.accepted(accepted)))
  }

  private static let headers: HTTPHeaders = ["content-type": "application/json", "cache-control": "no-store"]

  private func ballot(in request: Request) throws(Problem) -> Ballot {
    try request.requireJSON()
    if let plain = BallotText.plain(request.http.body) { return plain }
    return try request.body()
  }

  /// What is suspicious is in quarantine from the log on; the answer is the same.
  private func content(
    of ballot: Ballot, _ pseudonym: [UInt8], _ nonce: [UInt8], from sender: ClientAddress?, on proposal: ProposalID
  ) -> BallotRecord.Content {
    guard suspicion.isRaised(by: sender, for: pseudonym, on: proposal) else {
      return .ballot(pseudonym: pseudonym, choice: ballot.choice, nonce: nonce)
    }
    figures.quarantined.add()
    return .quarantined(pseudonym: pseudonym, choice: ballot.choice, nonce: nonce)
  }

  private func nonce(of ballot: Ballot) throws(Problem) -> [UInt8] {
    guard let text = ballot.nonce else { return nonces.next() }
    guard let bytes = Base64URL.decode(text), bytes.count == 16 else {
      throw .invalid([Problem.FieldError("#/nonce", "must be base64url of 16 bytes")])
    }
    return bytes
  }

  /// - Parameter noteOrigin: called for a ballot that is in the log, or may be: what may be voided must be found.
  private func stored(
    _ record: [UInt8], key: [UInt8], in partition: Int32, _ noteOrigin: () -> Void
  ) async throws(Problem) -> Int64 {
    // Asked again: others have come while the token was verified.
    if let problem = admission.refusal() { throw problem }
    let began = ContinuousClock.now
    do {
      let offset = try await topic.send(partition: partition, key: key, value: record)
      admission.stored(after: ContinuousClock.now - began)
      noteOrigin()
      return offset
    } catch {
      admission.failed()
      endIfFatal(error, log)
      guard error.possiblyPersisted else {
        figures.notStored.add()
        log.warning("ballot not stored", ["error": "\(error)"])
        throw Problem(
          503, "ballot-not-stored", "Try again later", detail: "The ballot was not stored. Cast it again.",
          retryAfter: 1)
      }
      noteOrigin()
      figures.unknown.add()
      log.warning("ballot not acknowledged", ["error": "\(error)"])
      throw .unavailable(
        "It is not known whether the ballot was stored. Cast it again: it counts once however often it comes.")
    }
  }

  /// Why no ballot is taken on the proposal.
  ///
  /// The book knows the votes that are about to open and those that closed of late: when all come a moment too early or
  /// too late, the database is not asked.
  private func refusal(_ proposal: ProposalID, at now: Date) async throws -> Problem {
    var known = book.entry(of: proposal)?.vote
    if known == nil { known = try await database.vote(on: proposal) }
    guard let vote = known else { return .noVote(on: proposal) }
    switch vote.state {
    case .scheduled where now < vote.rule.opensAt:
      return .conflict("vote-not-open", "The vote opens at \(JSON.timestamp(vote.rule.opensAt)).")
    // Its time has come; this process has not heard yet that it is open.
    case .scheduled: return .unavailable("The vote is about to open. Cast the ballot again.")
    case .open where vote.takesBallots(at: now):
      return .unavailable("The vote is about to open. Cast the ballot again.")
    case .open where vote.pausedAt.map { now >= $0 } == true:
      return .conflict("vote-paused", "The vote is paused, and will close by as much later as the pause lasts.")
    case .open, .closing, .closed:
      return .conflict("vote-closed", "The vote closed at \(JSON.timestamp(vote.endsAt)).")
    }
  }
}
