package import AuditModel

/// A compose model as it takes effect: interpolated, merged, in its long form, without services of inactive profiles.
package struct ComposeProject: Sendable {
  /// A file of a container's variables.
  package struct EnvironmentFileSight: Sendable {
    /// The service that names it.
    package var service: String
    /// Its absolute path.
    package var path: String
    /// Where the service names it.
    package var place: SourceLocation
    /// Whether the service cannot do without it.
    package var isRequired: Bool
    /// What it says; nil where it could not be read.
    package var variables: [EnvironmentFile.Variable]?
    /// Why it could not be read.
    package var trouble: ComposeSources.Trouble?
  }

  /// A variable that has no value and no default.
  package struct UnsetVariable: Sendable, Hashable {
    package var name: String
    package var place: SourceLocation
    /// The service in which it is used; nil elsewhere.
    package var service: String?
  }

  package var name: String
  /// The absolute folder that paths are relative to.
  package var folder: String
  /// The whole of it.
  package var root: ComposeNode
  /// The names of services that no active profile switches on.
  package var inactive: [String]
  /// What makes it invalid. Nothing else is to be relied on where there is any.
  package var problems: [ComposeProblem]
  package var unsetVariables: [UnsetVariable]
  package var environmentFiles: [EnvironmentFileSight]
  /// The names of all variables that are known to interpolation.
  package var knownVariables: Set<String>

  /// The services in the order of the files.
  package var services: [ComposeMap.Entry] { root["services"]?.map?.entries ?? [] }
}
