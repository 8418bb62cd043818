import Contracts
import Postgres

extension Migrations {
  /// Holidays, and what the rules of each step say about its time.
  static let clocks = [
    Migration(
      110, "public holidays",
      """
      CREATE TABLE public_holiday (
        day date PRIMARY KEY,
        korean text NOT NULL CHECK (korean <> ''), english text NOT NULL CHECK (english <> ''),
        -- Null for those that the program brought.
        changed_by uuid, changed_at timestamptz);
      INSERT INTO public_holiday (day, korean, english) VALUES
      \(holidaySeed);
      """),
    Migration(
      111, "clocks of the steps",
      """
      ALTER TABLE legal_period
        ADD COLUMN unit text NOT NULL DEFAULT 'calendar' CHECK (unit IN ('calendar', 'working')),
        ADD COLUMN reminder_days int NOT NULL DEFAULT 7 CHECK (reminder_days > 0),
        ADD COLUMN escalation_days int NOT NULL DEFAULT 10 CHECK (escalation_days > 0),
        ADD COLUMN escalates_to text[] NOT NULL DEFAULT '{}'
          CHECK (escalates_to <@ ARRAY['support-unit', 'committee', 'strategy-meeting']),
        ADD COLUMN extension_days int NOT NULL DEFAULT 0 CHECK (extension_days >= 0);
      UPDATE legal_period SET unit = 'working' WHERE step = 'review';
      UPDATE legal_period SET reminder_days = seed.reminder, escalation_days = seed.escalation,
        escalates_to = seed.offices, extension_days = seed.extension
      FROM (VALUES
        ('review', 3, 5, ARRAY['committee'], 10),
        ('committee', 7, 10, ARRAY['strategy-meeting'], 30),
        ('strategy-meeting', 14, 15, ARRAY['support-unit'], 60),
        ('ministry', 14, 10, ARRAY['support-unit', 'strategy-meeting'], 60),
        ('implementation', 30, 30, ARRAY['support-unit', 'strategy-meeting'], 0)
      ) AS seed (step, reminder, escalation, offices, extension)
      WHERE legal_period.step = seed.step;

      -- When the clock of the hold has to be looked at next; null: as soon as possible.
      ALTER TABLE case_hold ADD COLUMN clock_at timestamptz;
      CREATE INDEX hold_by_clock ON case_hold (clock_at NULLS FIRST, case_id) WHERE ended_at IS NULL;
      """),
  ]

  // Made from the list in Swift, so that table and list cannot differ. A change of the list therefore changes an applied
  // migration, which is refused: freeze the old list here then, and add a migration.
  private static let holidaySeed = HolidayList.seed.map { entry in
    "  ('\(entry.day)', \(literal(entry.korean)), \(literal(entry.english)))"
  }.joined(separator: ",\n")
}
