/// What a pipeline's runner obeys: `::command::` at the start of a line, white space aside, `##[command]` anywhere
/// (GitHub), `##vso[` (Azure) and `##teamcity[`.
package enum RunnerGrammar {
  package static func obeys(_ line: String) -> Bool {
    let bytes = Array(line.utf8)
    let start = bytes.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    if start.starts(with: "::".utf8) { return true }
    return ["##[", "##vso[", "##teamcity["].contains { command in
      let needle = Array(command.utf8)
      return bytes.indices.contains { bytes[$0...].starts(with: needle) }
    }
  }
}
