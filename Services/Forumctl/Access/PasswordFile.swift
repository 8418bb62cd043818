import Glibc

/// Where a new password goes: to a file that only its owner reads, or to the standard output.
struct PasswordFile {
  let path: String?

  /// Puts the password in its place before it counts: a password that nobody has been told would lock the user out.
  /// - Throws: `Failure` if the file is there already or cannot be written.
  func write(_ password: String) throws {
    guard let path else { return }
    let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw Failure("\(path) cannot be made: \(String(cString: strerror(errno)))") }
    let bytes = Array((password + "\n").utf8)
    let written = Glibc.write(file, bytes, bytes.count) == bytes.count && fsync(file) == 0
    close(file)
    guard written else {
      discard()
      throw Failure("\(path) cannot be written")
    }
  }

  /// Takes it back: the broker did not take the password.
  func discard() {
    if let path { unlink(path) }
  }

  /// What is said of it.
  func text(_ password: String) -> String {
    path.map { "password: written to \($0)" } ?? "password: \(password)"
  }
}
