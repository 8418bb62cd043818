import Glibc
import Synchronization

/// A place at which a test may kill or freeze the process. Builds for use have none of it.
///
/// `FAIL_POINT=copied:3:kill` ends the process by SIGKILL when the point `copied` is reached for the third time; `stop`
/// in place of `kill` freezes it by SIGSTOP.
public enum FailPoint {
  #if FAIL_POINTS
    private struct Plan {
      let name: String
      let number: Int
      let signal: Int32

      init?(_ text: String) {
        let parts = text.split(separator: ":").map(String.init)
        guard parts.count == 3, let number = Int(parts[1]) else { return nil }
        name = parts[0]
        self.number = number
        signal = parts[2] == "stop" ? SIGSTOP : SIGKILL
      }
    }

    private static let plan = getenv("FAIL_POINT").flatMap { Plan(String(cString: $0)) }
    private static let reached = Atomic<Int>(0)
  #endif

  /// Does nothing, unless a test has named this point.
  public static func reach(_ name: StaticString) {
    #if FAIL_POINTS
      guard let plan, plan.name == name.description else { return }
      guard reached.add(1, ordering: .relaxed).newValue == plan.number else { return }
      // To this thread: by kill another one might take a SIGSTOP first, and this one would run on for a while.
      raise(plan.signal)
    #endif
  }
}
