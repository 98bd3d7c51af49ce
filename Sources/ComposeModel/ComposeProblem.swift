package import AuditModel

/// One thing that keeps a compose model from being valid.
package struct ComposeProblem: Error, Sendable, Hashable {
  /// What kind of mistake it is, stable: `unknown-key`, `undefined-volume`.
  package var code: String
  /// One line, without any value of a variable.
  package var message: String
  /// Where.
  package var place: SourceLocation

  package init(_ code: String, _ message: String, at place: SourceLocation) {
    self.code = code
    self.message = message
    self.place = place
  }

  /// For people: `FILE:LINE:COLUMN: message`.
  package var line: String { "\(place.path):\(place.line):\(place.column): \(message)" }
}
