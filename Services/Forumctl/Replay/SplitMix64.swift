/// A generator that gives the same numbers for the same seed everywhere and always (Steele, Lea, Flood 2014).
struct SplitMix64: RandomNumberGenerator, Sendable {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var value = state
    value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
    return value ^ (value >> 31)
  }

  // Written out, not the standard library's: its algorithms may change, a plan must not.
  /// A number below `bound`; the bias is at most 2 to the power of minus 32 for the sizes used here.
  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(bound, 1))) }

  /// A number from 0 up to, not including, 1.
  mutating func unit() -> Double { Double(next() >> 11) / 9_007_199_254_740_992 }

  /// True with probability `share`.
  mutating func chance(_ share: Double) -> Bool { Double(next() >> 11) < share * 9_007_199_254_740_992 }

  /// Fisher and Yates.
  mutating func shuffle<Element>(_ array: inout [Element]) {
    for index in stride(from: array.count - 1, to: 0, by: -1) { array.swapAt(index, below(index + 1)) }
  }
}
