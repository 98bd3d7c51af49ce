/// Whose idea of JUnit XML a file follows; there is no specification, and the schemas in use exclude each other.
package enum JUnitDialect: String, Sendable, CaseIterable {
  /// Everything readers in use understand: file and line, properties, output per case. Has a schema of its own.
  case rich
  /// Valid under the Jenkins xUnit plug-in's `junit-10.xsd`.
  case jenkins
  /// Valid under the Ant schema `JUnit.xsd`, and under `junit-10.xsd` as well.
  case ant
  /// Valid under Maven Surefire's schema 3.0.2, which has one suite per file.
  case surefire
}
