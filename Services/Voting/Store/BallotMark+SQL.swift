public import Postgres

/// What is kept of a ballot that is not simply counted: `kind` of `ballot_mark`. Void is final.
public enum BallotMark {
  /// It came in quarantine.
  public static let quarantined: Int16 = 0
  /// It does not count, whatever else is said of it.
  public static let void: Int16 = 1
  /// It left quarantine.
  public static let released: Int16 = 2

  /// Joins the marks of a ballot `b`, each by its whole key: the cost is that of the ballots that are looked at, however
  /// many are marked.
  public static let join: Query = """
    LEFT JOIN ballot_mark held ON held.vote = b.vote AND held.pseudonym = b.pseudonym AND held.kind = \(quarantined)
    LEFT JOIN ballot_mark gone ON gone.vote = b.vote AND gone.pseudonym = b.pseudonym AND gone.kind = \(void)
    LEFT JOIN ballot_mark free ON free.vote = b.vote AND free.pseudonym = b.pseudonym AND free.kind = \(released)
    """

  /// Whether a ballot of that join is void.
  public static let isVoid: Query = "(gone.vote IS NOT NULL)"
  /// Whether it waits for a decision.
  public static let isQuarantined: Query = "(held.vote IS NOT NULL AND free.vote IS NULL AND gone.vote IS NULL)"
}
