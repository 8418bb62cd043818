public import Contracts
import FoundationEssentials
public import Postgres

/// The body of a hiding that is proposed.
public struct HidingDraft: Decodable, Sendable {
  /// Why.
  public let code: OpinionHidingCode
  /// Beside the code.
  public let explanation: String?
}

/// The body of a restoration.
public struct RestorationDraft: Decodable, Sendable {
  /// Why it can be read again.
  public let reason: String
}

/// Why a text cannot be read, as everybody sees it: without who hid it.
public struct HidingView: Encodable, Sendable {
  let code: OpinionHidingCode
  let explanation: String?
  let hiddenAt: Date

  /// The public part of a hiding.
  public init(_ hiding: Hiding) {
    code = hiding.code
    explanation = hiding.explanation
    hiddenAt = hiding.at
  }
}

/// A hiding that waits for a second person, as the Support Unit sees it.
public struct ProposedHidingView: Encodable, Sendable {
  let code: OpinionHidingCode
  let explanation: String?
  let proposedBy: CitizenID
  let proposedAt: Date

  /// All of it: for the Support Unit alone.
  public init(_ proposed: ProposedHiding) {
    code = proposed.code
    explanation = proposed.explanation
    proposedBy = proposed.proposedBy
    proposedAt = proposed.proposedAt
  }
}

extension Row {
  /// The hiding in the columns `hiding_code`, `hiding_explanation`, `hidden_by`, `hiding_confirmed_by` and `hidden_at`.
  public func hiding() throws -> Hiding? {
    guard let code: OpinionHidingCode = try self["hiding_code"] else { return nil }
    return Hiding(
      code: code, explanation: try self["hiding_explanation"], by: try self["hidden_by"],
      confirmedBy: try self["hiding_confirmed_by"], at: try self["hidden_at"])
  }

  /// The hiding that is proposed in the columns `proposed_code`, `proposed_explanation`, `proposed_by` and `proposed_at`.
  public func proposedHiding() throws -> ProposedHiding? {
    guard let code: OpinionHidingCode = try self["proposed_code"] else { return nil }
    return ProposedHiding(
      code: code, explanation: try self["proposed_explanation"], proposedBy: try self["proposed_by"],
      proposedAt: try self["proposed_at"])
  }
}
