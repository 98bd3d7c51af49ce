import AuditModel
import Facts

/// What a vulnerability scanner found, whichever it was.
struct Assessment: Sendable {
  /// One vulnerability in one place.
  struct Vulnerability: Sendable {
    /// CVE, GHSA or the rule of the scanner.
    var id: String
    /// Other names of the same.
    var aliases: [String] = []
    /// `critical high medium low info unknown`.
    var severity: String
    /// What it is in: a package, a file.
    var component: String
    /// The package URL, where the report gives one.
    var purl: String?
    /// Which version is there.
    var version: String?
    /// Which version mends it.
    var fixedIn: String?
    /// Whether the scanner says that there is a mended version; nil where it says nothing.
    var isFixable: Bool?
    /// Why it does not count, where somebody said so.
    var suppression: Suppression?
  }

  /// A statement that a vulnerability does not count.
  struct Suppression: Sendable, Hashable {
    /// `not_affected`, `fixed`, `false_positive`, `accepted`.
    var status: String
    /// Why; nil where nobody said.
    var justification: String?
  }

  var format: String
  var tool: String?
  var scannedAt: Instant?
  var vulnerabilities: [Vulnerability] = []
  /// What the scanner could not do, in its own words.
  var incomplete: String?

  /// The word for a severity in any scanner's spelling.
  static func severity(_ word: String?) -> String {
    switch word?.lowercased() {
    case "critical": "critical"
    case "high", "important": "high"
    case "medium", "moderate": "medium"
    case "low", "minor": "low"
    case "info", "none", "negligible", "informational": "info"
    default: "unknown"
    }
  }

  /// The word for a CVSS base score (CVSS 3.1 section 5).
  static func severity(score: Double) -> String {
    switch score {
    case 9...: "critical"
    case 7..<9: "high"
    case 4..<7: "medium"
    case 0.1..<4: "low"
    default: "info"
    }
  }
}

/// Reads the reports of scanners.
enum AssessmentReading {
  /// The assessment in a document; nil where it is none that is known.
  static func read(_ root: JSONValue) -> Assessment? {
    if root["runs"]?.array != nil, root["version"]?.string != nil { return sarif(root) }
    if root["matches"]?.array != nil, root["descriptor"] != nil { return grype(root) }
    if root["bomFormat"] == "CycloneDX" { return cycloneDX(root) }
    if root["SchemaVersion"] != nil, root["Results"] != nil || root["ArtifactName"] != nil { return trivy(root) }
    if root["auditReportVersion"] != nil || root["vulnerabilities"]?.object != nil && root["metadata"] != nil {
      return npm(root)
    }
    if root["advisories"]?.object != nil, root["metadata"] != nil { return oldNPM(root) }
    return nil
  }

  private static func trivy(_ root: JSONValue) -> Assessment {
    var assessment = Assessment(
      format: "trivy", tool: "Trivy", scannedAt: root["CreatedAt"]?.string.flatMap { Instant($0) })
    for result in root["Results"]?.array ?? [] {
      for entry in result["Vulnerabilities"]?.array ?? [] {
        guard let id = entry["VulnerabilityID"]?.string else { continue }
        let fixed = entry["FixedVersion"]?.string.flatMap { $0.isEmpty ? nil : $0 }
        assessment.vulnerabilities.append(
          Assessment.Vulnerability(
            id: id, severity: Assessment.severity(entry["Severity"]?.string),
            component: entry["PkgName"]?.string ?? result["Target"]?.string ?? "",
            purl: entry["PkgIdentifier"]?["PURL"]?.string, version: entry["InstalledVersion"]?.string, fixedIn: fixed,
            isFixable: fixed != nil))
      }
      for (name, key) in [("Misconfigurations", "ID"), ("Secrets", "RuleID")] {
        for entry in result[name]?.array ?? [] where entry["Status"] != "PASS" {
          guard let id = entry[key]?.string else { continue }
          assessment.vulnerabilities.append(
            Assessment.Vulnerability(
              id: id, severity: Assessment.severity(entry["Severity"]?.string),
              component: result["Target"]?.string ?? "", isFixable: true))
        }
      }
      for entry in result["ExperimentalModifiedFindings"]?.array ?? [] {
        guard let finding = entry["Finding"], let id = finding["VulnerabilityID"]?.string else { continue }
        assessment.vulnerabilities.append(
          Assessment.Vulnerability(
            id: id, severity: Assessment.severity(finding["Severity"]?.string),
            component: finding["PkgName"]?.string ?? "",
            suppression: Assessment.Suppression(
              status: entry["Status"]?.string ?? "accepted", justification: entry["Statement"]?.string.flatMap(nonEmpty)
            )))
      }
    }
    return assessment
  }

  private static func grype(_ root: JSONValue) -> Assessment {
    var assessment = Assessment(
      format: "grype", tool: "Grype", scannedAt: root["descriptor"]?["timestamp"]?.string.flatMap { Instant($0) })
    for (name, ignored) in [("matches", false), ("ignoredMatches", true)] {
      for match in root[name]?.array ?? [] {
        guard let vulnerability = match["vulnerability"], let id = vulnerability["id"]?.string else { continue }
        let versions = vulnerability["fix"]?["versions"]?.array?.compactMap(\.string) ?? []
        let state = vulnerability["fix"]?["state"]?.string
        let rule = match["appliedIgnoreRules"]?[0]
        assessment.vulnerabilities.append(
          Assessment.Vulnerability(
            id: id, aliases: match["relatedVulnerabilities"]?.array?.compactMap { $0["id"]?.string } ?? [],
            severity: Assessment.severity(vulnerability["severity"]?.string),
            component: match["artifact"]?["name"]?.string ?? "", purl: match["artifact"]?["purl"]?.string,
            version: match["artifact"]?["version"]?.string, fixedIn: versions.first,
            isFixable: state == "unknown" ? nil : state.map { $0 == "fixed" },
            suppression: ignored
              ? Assessment.Suppression(
                status: rule?["vex-status"]?.string.flatMap(nonEmpty) ?? "accepted",
                justification: (rule?["vex-justification"] ?? rule?["reason"])?.string.flatMap(nonEmpty)) : nil))
      }
    }
    return assessment
  }

  private static func npm(_ root: JSONValue) -> Assessment {
    var assessment = Assessment(format: "npm-audit", tool: "npm audit")
    for (name, entry) in root["vulnerabilities"]?.object?.members ?? [] {
      let fixable = entry["fixAvailable"]
      // `via` names the advisories; a text in it is a package through which another one comes in.
      let advisories = entry["via"]?.array?.filter { $0.object != nil } ?? []
      for advisory in advisories {
        let url = advisory["url"]?.string ?? ""
        assessment.vulnerabilities.append(
          Assessment.Vulnerability(
            id: url.isEmpty ? advisory["source"].map(\.plain) ?? name : PathText.name(of: url),
            severity: Assessment.severity(advisory["severity"]?.string ?? entry["severity"]?.string), component: name,
            purl: "pkg:npm/\(name)", version: entry["range"]?.string, fixedIn: fixable?["version"]?.string,
            isFixable: fixable.map { $0 == true || $0.object != nil }))
      }
    }
    if let error = root["error"] { assessment.incomplete = error["summary"]?.string ?? "the report holds an error" }
    return assessment
  }

  private static func oldNPM(_ root: JSONValue) -> Assessment {
    var assessment = Assessment(format: "npm-audit", tool: "npm audit")
    for (_, entry) in root["advisories"]?.object?.members ?? [] {
      let patched = entry["patched_versions"]?.string
      assessment.vulnerabilities.append(
        Assessment.Vulnerability(
          id: entry["github_advisory_id"]?.string ?? entry["cves"]?[0]?.string ?? entry["id"].map(\.plain) ?? "",
          aliases: entry["cves"]?.array?.compactMap(\.string) ?? [],
          severity: Assessment.severity(entry["severity"]?.string), component: entry["module_name"]?.string ?? "",
          fixedIn: patched, isFixable: patched.map { $0 != "<0.0.0" }))
    }
    return assessment
  }

  private static func sarif(_ root: JSONValue) -> Assessment {
    var assessment = Assessment(format: "sarif")
    for run in root["runs"]?.array ?? [] {
      let driver = run["tool"]?["driver"]
      assessment.tool = assessment.tool ?? driver?["name"]?.string
      let rules = ([driver] + (run["tool"]?["extensions"]?.array ?? []).map { Optional($0) })
        .flatMap { $0?["rules"]?.array ?? [] }
      let byID = Dictionary(rules.compactMap { rule in rule["id"]?.string.map { ($0, rule) } }) { first, _ in first }
      for invocation in run["invocations"]?.array ?? [] {
        if let time = (invocation["endTimeUtc"] ?? invocation["startTimeUtc"])?.string.flatMap({ Instant($0) }) {
          assessment.scannedAt = max(assessment.scannedAt ?? time, time)
        }
        if invocation["executionSuccessful"] == false {
          assessment.incomplete = "the scanner says that it did not succeed"
        }
      }
      for result in run["results"]?.array ?? [] {
        if ["pass", "notApplicable", "informational"].contains(result["kind"]?.string ?? "") { continue }
        if result["baselineState"] == "absent" { continue }
        let index = result["ruleIndex"]?.integer ?? result["rule"]?["index"]?.integer
        let id = result["ruleId"]?.string ?? result["rule"]?["id"]?.string
        let rule = id.flatMap { byID[$0] } ?? index.flatMap { driver?["rules"]?[$0] }
        let score = (result["properties"]?["security-severity"] ?? rule?["properties"]?["security-severity"])
          .flatMap { $0.double ?? $0.string.flatMap { Double($0) } }
        let level = result["level"]?.string ?? rule?["defaultConfiguration"]?["level"]?.string ?? "warning"
        let severity =
          score.map { Assessment.severity(score: $0) }
          ?? ["error": "high", "warning": "medium", "note": "low", "none": "info"][level] ?? "unknown"
        let suppressions = (result["suppressions"]?.array ?? []).filter {
          ["accepted", nil].contains($0["status"]?.string)
        }
        let place = result["locations"]?[0]?["physicalLocation"]
        assessment.vulnerabilities.append(
          Assessment.Vulnerability(
            id: id ?? rule?["id"]?.string ?? "unnamed", severity: severity,
            component: place?["artifactLocation"]?["uri"]?.string ?? "",
            suppression: suppressions.first.map {
              Assessment.Suppression(status: "accepted", justification: $0["justification"]?.string.flatMap(nonEmpty))
            }))
      }
    }
    return assessment
  }

  private static func cycloneDX(_ root: JSONValue) -> Assessment {
    let tools = root["metadata"]?["tools"]
    var assessment = Assessment(
      format: "cyclonedx",
      tool: (tools?[0] ?? tools?["components"]?[0])?["name"]?.string,
      scannedAt: root["metadata"]?["timestamp"]?.string.flatMap { Instant($0) })
    let order = ["critical", "high", "medium", "low", "info", "unknown"]
    for entry in root["vulnerabilities"]?.array ?? [] {
      let severities = (entry["ratings"]?.array ?? []).map { rating in
        let word = Assessment.severity(rating["severity"]?.string)
        return word == "unknown" ? rating["score"]?.double.map { Assessment.severity(score: $0) } ?? word : word
      }
      let severity = order.first(where: severities.contains) ?? "unknown"
      let refs = entry["affects"]?.array?.compactMap { $0["ref"]?.string } ?? []
      for ref in refs.isEmpty ? [""] : refs {
        assessment.vulnerabilities.append(
          Assessment.Vulnerability(
            id: entry["id"]?.string ?? "unnamed",
            aliases: entry["references"]?.array?.compactMap { $0["id"]?.string } ?? [], severity: severity,
            component: ref, purl: ref.hasPrefix("pkg:") ? ref : nil,
            suppression: suppression(analysis: entry["analysis"])))
      }
    }
    return assessment
  }

  /// What an analysis of CycloneDX says; nil while the vulnerability counts.
  static func suppression(analysis: JSONValue?) -> Assessment.Suppression? {
    let why = (analysis?["justification"]?.string ?? analysis?["detail"]?.string).flatMap(nonEmpty)
    switch analysis?["state"]?.string {
    case "not_affected": return Assessment.Suppression(status: "not_affected", justification: why)
    case "false_positive": return Assessment.Suppression(status: "false_positive", justification: why)
    case "resolved", "resolved_with_pedigree":
      return Assessment.Suppression(status: "fixed", justification: why ?? "resolved")
    default: return nil
    }
  }

  static func nonEmpty(_ text: String) -> String? { text.isEmpty ? nil : text }
}

extension JSONValue {
  /// A text or number as text.
  fileprivate var plain: String { string ?? JSONText.compact(self) }
}
