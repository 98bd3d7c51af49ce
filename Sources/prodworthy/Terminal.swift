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

  /// The passphrase that a person types for the key at `path`, unseen; nil where nobody sits at a terminal, and where
  /// nothing is typed.
  static func passphrase(for path: String) -> [UInt8]? {
    guard isatty(STDERR_FILENO) == 1 else { return nil }
    let terminal = open("/dev/tty", O_RDONLY | O_CLOEXEC | O_NOCTTY)
    guard terminal >= 0 else { return nil }
    defer { close(terminal) }
    var before = termios()
    guard tcgetattr(terminal, &before) == 0 else { return nil }
    var unseen = before
    unseen.c_lflag &= ~tcflag_t(ECHO)
    tcsetattr(terminal, TCSAFLUSH, &unseen)
    defer {
      tcsetattr(terminal, TCSAFLUSH, &before)
      Output.note("\n")
    }
    Output.note("Passphrase for \(path): ")
    var typed: [UInt8] = []
    while Interruption.shared.status == nil {
      var descriptor = pollfd(fd: terminal, events: Int16(POLLIN), revents: 0)
      guard poll(&descriptor, 1, 200) > 0 else { continue }
      var octet: UInt8 = 0
      guard read(terminal, &octet, 1) == 1, octet != UInt8(ascii: "\n"), typed.count < 1024 else { break }
      typed.append(octet)
    }
    return typed.isEmpty ? nil : typed
  }
}
