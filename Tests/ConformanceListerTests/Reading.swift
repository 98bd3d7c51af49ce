@testable import ConformanceLister

/// What is listed of sources, and what is complained of.
struct Reading {
  let conformances: Conformances

  /// The types of the module `Room` that conform to `Probing.Probe` and not to `Probing.UnlistedProbe`; each text is a
  /// file, called `1.swift`, `2.swift` and so on.
  init(_ sources: String..., to wanted: String = "Probing.Probe", exempting exempt: String = "Probing.UnlistedProbe") {
    let declarations = sources.enumerated().flatMap { index, source in
      DeclarationReader.declarations(in: Array(source.utf8), file: "\(index + 1).swift")
    }
    guard let wanted = Conformances.ProtocolName(wanted) else { preconditionFailure("\(wanted) names no protocol") }
    conformances = Conformances(
      to: wanted, exempting: Conformances.ProtocolName(exempt), in: "Room", among: declarations)
  }

  /// The names listed, with the conditions of those that have some.
  var names: [String] {
    conformances.entries.map {
      $0.name + ($0.conditions.isEmpty ? "" : " if \($0.conditions.joined(separator: " and "))")
    }
  }

  /// `FILE:LINE:COLUMN` and the reason, without what all have in common.
  var problems: [String] {
    conformances.problems.map { problem in
      let message = problem.message
      let start = message.firstRange(of: "(): ")?.upperBound ?? message.startIndex
      let end = message.firstRange(of: ". One that")?.lowerBound ?? message.endIndex
      return "\(problem.place.file):\(problem.place.line):\(problem.place.column) \(message[start..<end])"
    }
  }
}
