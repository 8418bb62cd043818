/// The votes that are known, to be found by their proposals: asked once for each ballot, so without the cost of a
/// dictionary.
///
/// Open addressing, at most half full. Identifiers of proposals are random.
struct VoteTable: Sendable {
  private struct Slot: Sendable {
    var proposal: UInt128 = 0
    /// Of the standing; -1: free.
    var index: Int32 = -1
  }

  private var slots: [Slot]
  private var standings: [VoteStanding]

  init(_ standings: [UInt128: VoteStanding]) {
    var size = 16
    while size < 2 * standings.count { size *= 2 }
    slots = Array(repeating: Slot(), count: size)
    self.standings = []
    self.standings.reserveCapacity(standings.count)
    for (proposal, standing) in standings {
      slots[slot(of: proposal)] = Slot(proposal: proposal, index: Int32(self.standings.count))
      self.standings.append(standing)
    }
  }

  /// Where the proposal is, or would be.
  private func slot(of proposal: UInt128) -> Int {
    let mask = UInt64(truncatingIfNeeded: slots.count - 1)
    var at = UInt64(truncatingIfNeeded: proposal) & mask
    while slots[Int(at)].index >= 0, slots[Int(at)].proposal != proposal { at = (at + 1) & mask }
    return Int(at)
  }

  /// The index of the vote on a proposal, for the other functions.
  func find(_ proposal: UInt128) -> Int? {
    let index = slots[slot(of: proposal)].index
    return index < 0 ? nil : Int(index)
  }

  func number(at index: Int) -> Int32 { standings[index].number }

  /// Why a ballot does not count; nil if it does.
  func rejection(at index: Int, acceptedAt: Int64, in partition: Int32) -> Rejection? {
    standings[index].rejection(acceptedAt: acceptedAt, in: partition)
  }
}
