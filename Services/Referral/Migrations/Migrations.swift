import Contracts
public import Postgres
import ServiceKit

/// What builds the schema `referral`.
public enum Migrations {
  /// In the order of their numbers, ServiceKit's own first; applied ones never change.
  public static let all: [Migration] =
    BaseMigrations.all + [
      Migration(
        100, "ministries and periods",
        """
        CREATE TABLE ministry (
          slug text PRIMARY KEY, korean text NOT NULL, english text NOT NULL, position int NOT NULL UNIQUE);
        CREATE TABLE category_ministry (
          category text PRIMARY KEY, ministry text NOT NULL REFERENCES ministry);
        CREATE TABLE legal_period (
          step text PRIMARY KEY, days int NOT NULL CHECK (days > 0));
        INSERT INTO legal_period (step, days) VALUES ('committee', 30), ('ministry', 60);
        \(ministrySeed)
        \(competenceSeed)
        """),
      Migration(
        101, "cases",
        """
        CREATE TABLE proposal_text (
          proposal uuid PRIMARY KEY, title text NOT NULL, summary text NOT NULL, body text NOT NULL);

        CREATE TABLE referral_case (
          id uuid PRIMARY KEY,
          proposal uuid NOT NULL UNIQUE,
          title text NOT NULL, category text NOT NULL,
          yes bigint NOT NULL, no bigint NOT NULL, yes_bar bigint NOT NULL, rule_hash text NOT NULL,
          received_at timestamptz NOT NULL, due_at timestamptz NOT NULL,
          ministry text REFERENCES ministry, assigned_at timestamptz, ministry_due_at timestamptz,
          CONSTRAINT assigned_as_a_whole CHECK (num_nulls(ministry, assigned_at, ministry_due_at) IN (0, 3)));
        CREATE INDEX case_by_time ON referral_case (received_at DESC, id DESC);
        CREATE INDEX case_by_ministry ON referral_case (ministry, received_at DESC, id DESC);
        """),
      Migration(
        102, "suspensions",
        """
        -- Names the crossing of the bar by which the case is before the Committee; null: from before a bar could be lost.
        ALTER TABLE referral_case ADD COLUMN crossed_at timestamptz;
        CREATE TABLE case_suspension (
          case_id uuid NOT NULL REFERENCES referral_case,
          -- Counts the suspensions of the case.
          number int NOT NULL CHECK (number > 0),
          reason text NOT NULL,
          crossed_at timestamptz NOT NULL, lost_at timestamptz NOT NULL,
          yes bigint NOT NULL, no bigint NOT NULL,
          suspended_at timestamptz NOT NULL, resumed_at timestamptz,
          PRIMARY KEY (case_id, number));
        CREATE UNIQUE INDEX one_suspension_at_a_time ON case_suspension (case_id) WHERE resumed_at IS NULL;
        """),
      custody, monthly,
    ] + clocks + [ratings, resultOpinions, milestones, toldRatings]

  // Both seeds are made from the lists in Swift, so that table and list cannot differ. A change of a list therefore
  // changes an applied migration, which is refused: freeze the old list here then, and add a migration.

  private static let ministrySeed =
    "INSERT INTO ministry (position, slug, korean, english) VALUES\n"
    + Ministry.all.enumerated().map { position, ministry in
      "  (\(position + 1), \(literal(ministry.slug)), \(literal(ministry.korean)), \(literal(ministry.english)))"
    }.joined(separator: ",\n") + ";"

  private static let competenceSeed =
    "INSERT INTO category_ministry (category, ministry) VALUES\n"
    + Category.allCases.map { category in
      "  (\(literal(category.rawValue)), \(literal(Competence.ministry(for: category))))"
    }.joined(separator: ",\n") + ";"

  /// A string constant of SQL.
  static func literal(_ text: String) -> String {
    "'" + text.map { $0 == "'" ? "''" : String($0) }.joined() + "'"
  }
}
