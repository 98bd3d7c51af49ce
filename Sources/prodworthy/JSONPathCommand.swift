import ArgumentParser
import Facts

/// `prodworthy jsonpath`.
struct JSONPathCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "jsonpath",
    abstract: "Select values of a JSON document on standard input (RFC 9535).",
    discussion: "EXAMPLE:\n  prodworthy jsonpath '$.findings[?@.status == \"fail\"].check' < report.json")

  @Argument(help: "The query.")
  var query: String

  @Flag(help: "Print normalized paths instead of values.")
  var paths = false

  func run() throws {
    let path: JSONPath
    do throws(JSONPath.SyntaxError) {
      path = try JSONPath(query)
    } catch {
      throw Failure(.badData, "not a query: \(error.message) (at character \(error.offset + 1))")
    }
    let bytes = try Input.standardInput()
    let document: JSONValue
    do throws(JSONText.SyntaxError) {
      document = try JSONText.parse(bytes)
    } catch {
      throw Failure(.badData, "not a JSON document: \(error.line):\(error.column): \(error.message)")
    }
    let selected: [JSONValue] =
      paths ? path.nodes(in: document).map { .string($0.path) } : path.values(in: document)
    try Output.print(Output.line(of: .array(selected)) + "\n")
  }
}
