import Glibc

/// What the process's streams can show.
enum Terminal {
  /// Whether colour may be written to `descriptor`: a terminal, and nobody asked for plain text.
  static func takesColor(_ descriptor: Int32, environment: [String: String], asked: Bool?) -> Bool {
    if let asked { return asked }
    let isPlain = ["NO_COLOR", "PRODWORTHY_NO_COLOR"].contains { !(environment[$0] ?? "").isEmpty }
    return isatty(descriptor) == 1 && !isPlain && environment["TERM"] != "dumb"
  }

  /// The width of the terminal at `descriptor` in columns; 100 where there is none.
  static func width(_ descriptor: Int32) -> Int {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 100 }
    return Int(size.ws_col)
  }
}
