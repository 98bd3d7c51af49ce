package import AuditModel

/// What is complained of in compose files; the raw value is the id of the check that judges it.
package enum ComposeRule: String, CaseIterable, Sendable {
  // MARK: The file

  case modelValid = "compose-model-valid"
  case variablesSet = "compose-variables-set"
  case versionAbsent = "compose-version-absent"
  case linksAbsent = "compose-links-absent"
  case buildApartFromImage = "compose-build-apart-from-image"
  case containerNamesScale = "compose-container-names-scale"

  // MARK: Running

  case healthcheckDefined = "compose-healthcheck-defined"
  case healthcheckReal = "compose-healthcheck-real"
  case healthcheckPrompt = "compose-healthcheck-prompt"
  case dependenciesWait = "compose-dependencies-wait"
  case dependenciesProvable = "compose-dependencies-provable"
  case restartPolicy = "compose-restart-policy"
  case restartBounded = "compose-restart-bounded"
  case limitsSet = "compose-limits-set"
  case logsRotated = "compose-logs-rotated"
  case shutdownGraceful = "compose-shutdown-graceful"

  // MARK: Images

  case imagePinned = "compose-image-pinned"
  case imageExact = "compose-image-exact"

  // MARK: Reachability

  case datastorePortsClosed = "compose-datastore-ports-closed"
  case portsBound = "compose-ports-bound"
  case portsUnprivileged = "compose-ports-unprivileged"
  case portsDistinct = "compose-ports-distinct"
  case portsQuoted = "compose-ports-quoted"
  case networksSeparated = "compose-networks-separated"

  // MARK: Secrets

  case secretsReferenced = "compose-secrets-referenced"
  case passwordsOwn = "compose-passwords-own"
  case environmentFilesPresent = "compose-env-files-present"
  case environmentFilesPrivate = "compose-env-files-private"
  case environmentFilesFilled = "compose-env-files-filled"

  // MARK: Confinement

  case unprivileged = "compose-unprivileged"
  case capabilitiesHarmless = "compose-capabilities-harmless"
  case capabilitiesFew = "compose-capabilities-few"
  case namespacesOwn = "compose-namespaces-own"
  case controlGroupOwn = "compose-control-group-own"
  case engineSocketHidden = "compose-engine-socket-hidden"
  case confinementKept = "compose-confinement-kept"
  case hostPathsHarmless = "compose-host-paths-harmless"
  case hostPathsApart = "compose-host-paths-apart"
  case mountsPrivate = "compose-mounts-private"
  case devicesAbsent = "compose-devices-absent"
  case hardened = "compose-hardened"

  // MARK: Data

  case dataPersisted = "compose-data-persisted"
  case volumesOwn = "compose-volumes-own"
}

/// One thing to complain of, with its place.
package struct ComposeComplaint: Sendable, Hashable {
  package var rule: ComposeRule
  /// The service it is about; nil for the whole file.
  package var service: String?
  /// One line, without any value that may be a secret.
  package var message: String
  package var place: SourceLocation

  /// A complaint at a place.
  package init(_ rule: ComposeRule, service: String?, _ message: String, at place: SourceLocation) {
    self.rule = rule
    self.service = service
    self.message = message
    self.place = place
  }
}
