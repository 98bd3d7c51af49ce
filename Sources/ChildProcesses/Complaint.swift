package import AuditModel
import Glibc

extension ChildProcess.Outcome {
  /// Why a child that did not end by itself shows nothing; nil where it did, or died by a signal.
  package var obstacle: Unseen? {
    switch ending {
    case .exited, .killed: nil
    case .timedOut: Unseen(.timeout, withComplaint("it was stopped at its deadline"))
    case .cancelled: Unseen(.interrupted, "the run was called off")
    case .tooMuchOutput(let limit):
      Unseen(.malformed, withComplaint("it wrote more than \(limit) bytes and was stopped"))
    case .notStarted(let reason): Unseen(.broken, reason)
    }
  }

  /// The sentence with the first line of the child's standard error behind it, if there is one.
  package func withComplaint(_ sentence: String) -> String {
    let lines = String(decoding: errors.prefix(4096), as: UTF8.self).split(whereSeparator: \.isNewline)
    guard let line = lines.first(where: { !$0.allSatisfy(\.isWhitespace) }) else { return sentence }
    return "\(sentence): \(Self.bounded(line))"
  }

  /// The text cut to 300 Unicode scalars.
  package static func bounded(_ text: some StringProtocol) -> String {
    guard text.unicodeScalars.count > 300 else { return String(text) }
    return String(String.UnicodeScalarView(text.unicodeScalars.prefix(299))) + "…"
  }
}

extension ChildProcess.Ending {
  /// An end by a signal in words: "signal 11 (segmentation fault)".
  package var words: String {
    guard case .killed(let signal) = self else { return "itself" }
    let name = strsignal(Int32(signal)).map { String(cString: $0).lowercased() }
    return name.map { "signal \(signal) (\($0))" } ?? "signal \(signal)"
  }
}
