import Definitions

/// The catalogue as Swift.
enum CatalogueSource {
  /// The source of an extension of `BuiltInCatalogue`.
  static func swift(for catalogue: CatalogueText) -> String {
    """
    // Written by CatalogueCompiler from checks/ and policies/.

    extension BuiltInCatalogue {
      /// The checks, in the order of their ids.
      package static let checks: [(id: String, probe: String, json: String)] = [
    \(catalogue.checks.map { "    (\(literal($0.id)), \(literal($0.probe)), \(literal($0.json))),\n" }.joined())\
      ]

      /// The policies, in the order of their ids.
      package static let policies: [(id: String, json: String)] = [
    \(catalogue.policies.map { "    (\(literal($0.id)), \(literal($0.json))),\n" }.joined())\
      ]

      /// The checklist.
      package static let checklist: String = \(literal(catalogue.checklist))
    }

    """
  }

  /// A literal in which nothing of `text`, which is one line, needs escaping.
  private static func literal(_ text: String) -> String {
    var delimiter = "#"
    while text.contains("\"" + delimiter) || text.contains("\\" + delimiter) { delimiter += "#" }
    return "\(delimiter)\"\(text)\"\(delimiter)"
  }
}
