import AuditModel

extension LintRun {
  /// Problems that have rules of their own.
  private static let judgedElsewhere: Set<String> = ["environment-file", "required-variable", "container-name-scaled"]

  mutating func checkFile() {
    for problem in project.problems where !Self.judgedElsewhere.contains(problem.code) {
      add(.modelValid, service(at: problem.place), problem.message, at: problem.place)
    }
    for problem in project.problems where problem.code == "required-variable" {
      add(.variablesSet, service(at: problem.place), problem.message, at: problem.place)
    }
    for variable in project.unsetVariables {
      add(
        .variablesSet, services.first { $0.name == variable.service },
        "the variable \(variable.name) has no value and no default: it becomes an empty text", at: variable.place)
    }
    if let version = project.root.map?.entry("version") {
      add(.versionAbsent, nil, "`version` is obsolete: compose implementations ignore it", at: version.place)
    }
  }

  /// The service in whose lines a place lies.
  private func service(at place: SourceLocation) -> LintedService? {
    let before = services.filter { $0.place.path == place.path && $0.place.line <= place.line }
    guard let last = before.max(by: { $0.place.line < $1.place.line }) else { return nil }
    // What stands no deeper than the service's own key is no part of it.
    return place.line == last.place.line || place.column > last.place.column ? last : nil
  }

  mutating func checkForm(_ service: LintedService) {
    for key in ["links", "external_links"] where service[key]?.list?.isEmpty == false {
      add(
        .linksAbsent, service, "`\(key)` is a legacy: services reach one another by name on a shared network",
        at: service.place(of: key))
    }
    // A policy other than the usual one decides between the two.
    let isDecided = service["pull_policy"]?.text.map { $0 != "missing" } ?? false
    if service["build"] != nil, service["image"] != nil, !isDecided {
      add(
        .buildApartFromImage, service,
        "both built and named as an image: which of them runs depends on what is there already",
        at: service.place(of: "build"))
    }
    if let name = service["container_name"],
      (service["deploy"]?["replicas"]?.integer ?? service["scale"]?.integer ?? 1) > 1
    {
      add(.containerNamesScale, service, "with a container name there can be one container only", at: name.place)
    }
    // Read as base 60 by parsers of YAML 1.1.
    let unquoted = service.ports.filter { port in
      port.plainText.map { $0.contains(":") && !$0.contains(".") } ?? false
    }
    if let first = unquoted.first {
      add(
        .portsQuoted, service, "ports are written without quotes",
        at: unquoted.count == 1 && service.ports.count > 1 ? first.place : service.place(of: "ports"))
    }
  }
}
