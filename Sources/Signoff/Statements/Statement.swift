package import Facts

/// An in-toto statement (version 1): what is claimed, and the digests of what it is claimed of.
package struct Statement: Sendable, Hashable {
  /// The type of the outer layer.
  package static let type = "https://in-toto.io/Statement/v1"

  /// Something the statement is about.
  package struct Subject: Sendable, Hashable {
    /// Unique in the statement.
    package var name: String
    /// The kind of digest: `sha256`, `gitCommit`.
    package var algorithm: String
    /// Lower-case hexadecimal digits.
    package var digest: String

    /// A subject with one digest.
    package init(name: String, algorithm: String = "sha256", digest: String) {
      self.name = name
      self.algorithm = algorithm
      self.digest = digest
    }

    var json: JSONValue { ["digest": .object([algorithm: .string(digest)]), "name": .string(name)] }
  }

  /// In the order of the document.
  package var subjects: [Subject]
  /// What the predicate means.
  package var predicateType: String
  /// What is claimed.
  package var predicate: JSONValue

  /// The canonical bytes.
  package var bytes: [UInt8] {
    Array(
      JSONText.canonical([
        "_type": .string(Self.type), "predicate": predicate, "predicateType": .string(predicateType),
        "subject": .array(subjects.map(\.json)),
      ]).utf8)
  }
}
