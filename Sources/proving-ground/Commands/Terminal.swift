import Glibc

/// What the commands tell people.
enum Terminal {
  /// Writes a line to standard output, as far as it takes it.
  static func say(_ line: String) { put("\(line)\n", to: STDOUT_FILENO) }

  /// Writes a complaint to standard error, as far as it takes it.
  static func complain(_ failure: any Error) { put("proving-ground: \(failure)\n", to: STDERR_FILENO) }

  private static func put(_ text: String, to descriptor: Int32) {
    let bytes = Array(text.utf8)
    _ = Glibc.write(descriptor, bytes, bytes.count)
  }
}
