internal import CGlibc

/// The C library's memory, which Swift's is, too.
enum Allocator {
  /// Makes it give large blocks back as soon as they are free, whatever their size was before, and keeps threads from
  /// each having a heap of their own: a service's memory is then what it uses, not what it once used.
  ///
  /// To be called before other threads are started. mallopt(3)
  static func tune() {
    _ = mallopt(M_ARENA_MAX, 2)
    _ = mallopt(M_MMAP_THRESHOLD, 512 << 10)
    _ = mallopt(M_TRIM_THRESHOLD, 4 << 20)
  }
}
