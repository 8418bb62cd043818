/// The files that pages refer to; each in a Swift file, so that the executable is all there is.
enum Assets {
  /// A ticked box, for the browser's tab.
  static let icon = """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="6" fill="#0b50d0"/>\
    <path d="M8 17l6 6 11-13" fill="none" stroke="#fff" stroke-width="4"/></svg>
    """
}
