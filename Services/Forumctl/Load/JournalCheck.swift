import Contracts

/// Holds a journal against the running Forum, receipt by receipt, at any later time.
struct JournalCheck: Sendable {
  let lines: [JournalLine]
  let target: LoadTarget
  let signer: Signer
  let connections: Int

  /// - Returns: what is wrong, and how many receipts were asked for.
  func run(lifetime: Int) async throws -> (faults: [String], receipts: Int) {
    let proposals = Array(Set(lines.map(\.proposal)))
    let voters = Array(Set(lines.filter { $0.outcome == .ok }.map(\.voter))).sorted()
    let proposalIndex = Dictionary(uniqueKeysWithValues: zip(proposals, proposals.indices))
    let voterIndex = Dictionary(uniqueKeysWithValues: zip(voters, voters.indices))
    let tokens = try await Progress.show("tokens signed", of: voters.count) { progress in
      try await signer.tokens(count: voters.count, lifetime: lifetime, progress) { voters[$0] }
    }
    let accepted = lines.filter { $0.outcome == .ok }
    let questions = accepted.map { line in
      // What is no receipt must not end up as part of a request either.
      QuestionTraffic.Question(
        vote: proposalIndex[line.proposal] ?? 0, citizen: voterIndex[line.voter] ?? 0,
        receipt: percentEncoded(line.receipt ?? ""))
    }
    let request = LoadRequest(
      host: target.host, basePath: target.basePath, proposals: proposals, tokens: tokens.map { Array($0.utf8) })
    let answers = try await answers(to: questions, request: request, at: target, connections: connections)
    return (Self.voters(lines, zip(accepted, answers)).flatMap(\.faults), questions.count)
  }

  private struct Key: Hashable {
    let proposal: ProposalID
    let voter: String
  }

  /// Groups ballots by voter and vote, in the order in which the voters appear.
  static func voters(
    _ lines: [JournalLine], _ asked: some Sequence<(JournalLine, QuestionTraffic.Answer)>
  ) -> [AskedVoter] {
    func key(_ line: JournalLine) -> Key { Key(proposal: line.proposal, voter: line.voter) }
    let uncertain = Set(lines.filter { $0.outcome == .unknown }.map(key))
    var order: [Key] = []
    var ballots: [Key: [AskedVoter.Ballot]] = [:]
    for (line, answer) in asked {
      if ballots[key(line)] == nil { order.append(key(line)) }
      ballots[key(line), default: []].append(
        AskedVoter.Ballot(
          receipt: line.receipt ?? "(none)", offset: line.receipt.flatMap(Receipt.init)?.offset,
          isYes: line.choice == .yes, answer: answer))
    }
    return order.map {
      AskedVoter(
        voter: $0.voter, proposal: $0.proposal, ballots: ballots[$0] ?? [], mayHaveOthers: uncertain.contains($0))
    }
  }
}
