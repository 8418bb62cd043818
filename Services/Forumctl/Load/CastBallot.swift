import Contracts
import Crypto

/// A ballot that was sent, and its answer.
struct CastBallot: Sendable, Equatable {
  /// A receipt, as few bytes as it has.
  struct Place: Sendable, Equatable {
    let partition: Int32
    let offset: Int64
    let seal: (UInt64, UInt64)

    init(_ receipt: Receipt) {
      partition = receipt.partition
      offset = receipt.offset
      func word(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
      seal = (word(receipt.seal[..<8]), word(receipt.seal[8...]))
    }

    static func == (a: Self, b: Self) -> Bool {
      a.partition == b.partition && a.offset == b.offset && a.seal == b.seal
    }

    /// As the voter has it.
    var text: String {
      var bytes = [UInt8(truncatingIfNeeded: partition >> 8), UInt8(truncatingIfNeeded: partition)]
      for word in [UInt64(bitPattern: offset), seal.0, seal.1] {
        for shift in stride(from: UInt64(56), through: 0, by: -8) {
          bytes.append(UInt8(truncatingIfNeeded: word >> shift))
        }
      }
      return Base64URL.encode(bytes)
    }
  }

  /// Whether it was taken.
  enum Outcome: String, Sendable, Codable {
    /// 202.
    case ok
    /// 4xx: it is not in the log.
    case rejected
    /// 5xx or no answer: it may be in the log or not.
    case unknown
  }

  /// Indices of vote and citizen.
  let vote: Int32
  let citizen: Int32
  let isYes: Bool
  /// HTTP; 0: no answer.
  let status: Int16
  /// Of the request among all, for its nonce.
  let request: Int32
  /// Nil unless the answer was 202 with one that can be read.
  let place: Place?

  var outcome: Outcome {
    switch status {
    case 202: .ok
    case 400..<500: .rejected
    default: .unknown
    }
  }
}

/// The nonces of a run's ballots: drawn again whenever they are asked for, so that none needs to be kept.
struct Nonces: Sendable {
  let salt: UInt64

  /// base64url of 16 bytes.
  func text(of request: Int) -> [UInt8] {
    var random = SplitMix64(seed: salt &+ UInt64(request) &* 0x9fb2_1c65_1e98_df25)
    var bytes: [UInt8] = []
    for _ in 0..<2 {
      let word = random.next()
      for shift in stride(from: UInt64(56), through: 0, by: -8) {
        bytes.append(UInt8(truncatingIfNeeded: word >> shift))
      }
    }
    return Array(Base64URL.encode(bytes).utf8)
  }
}
