import Definitions
import Facts

/// The alerts of Prometheus rule files and where they send people.
enum AlertRunbooks {
  /// One alerting rule.
  struct Alert: Sendable, Hashable {
    var name: String
    var severity: String?
    /// The annotation `runbook_url` (or `runbook`).
    var url: String?
  }

  /// The alerts of a file; nil with the reason where it is none.
  static func alerts(in file: SourceFile) -> (alerts: [Alert]?, reason: String?) {
    let loaded = Definitions.document(file)
    guard let root = loaded.value else { return (nil, loaded.diagnostics.first?.message ?? "it is no YAML") }
    // A resource of the Prometheus operator keeps its groups under spec.
    guard let groups = (root["groups"] ?? root["spec"]?["groups"])?.array else {
      return (nil, "it has no groups of rules")
    }
    var alerts: [Alert] = []
    for rule in groups.flatMap({ $0["rules"]?.array ?? [] }) {
      guard let name = rule["alert"]?.string else { continue }
      let annotations = rule["annotations"]
      let url = annotations?["runbook_url"]?.string ?? annotations?["runbook"]?.string
      alerts.append(
        Alert(name: name, severity: rule["labels"]?["severity"]?.string, url: url?.isEmpty == true ? nil : url))
    }
    return (alerts, nil)
  }

  /// Where a runbook_url leads.
  static func follow(
    _ alert: Alert, folder: String, publishedAt: String?, by resolution: LinkResolution
  ) -> LinkResolution.Result? {
    guard var url = alert.url else { return nil }
    url = url.replacing("{{ $labels.alertname }}", with: alert.name).replacing(
      "{{$labels.alertname}}", with: alert.name)
    if url.contains("{{") { return .unknown("it holds a template") }
    if let base = publishedAt {
      let prefix = base.hasSuffix("/") ? base : base + "/"
      if url.hasPrefix(prefix) {
        return inFolder(String(url.dropFirst(prefix.count)), folder: folder, by: resolution)
      }
    }
    if LinkResolution.isElsewhere(url) {
      return .unknown("\(url.prefix(200)) is not below publishedAt, and other servers are not asked")
    }
    let path = url.hasPrefix("/") ? String(url.dropFirst()) : url
    let result = inFolder(path, folder: folder, by: resolution)
    if case .broken = result, case .resolves = resolution.follow("/\(path)", from: "\(folder)/index.md") {
      return .resolves
    }
    return result
  }

  /// Sites drop the ending of a page: `runbooks/api/#down` is `runbooks/api.md#down`.
  private static func inFolder(_ path: String, folder: String, by resolution: LinkResolution) -> LinkResolution.Result {
    let here = "\(folder)/index.md"
    let (page, fragment) = LinkResolution.split(path)
    let bare = page.trimmed(of: "/")
    let anchor = fragment.map { "#\($0)" } ?? ""
    var candidates = [bare]
    if bare.hasSuffix(".html") { candidates.insert(String(bare.dropLast(5)) + ".md", at: 0) }
    if !LinkResolution.isMarkdown(bare) {
      candidates.insert(contentsOf: [bare + ".md", bare + "/README.md", bare + "/index.md"], at: 0)
    }
    var last = LinkResolution.Result.broken("there is no \(page.isEmpty ? "page" : page)")
    for candidate in candidates where !candidate.isEmpty {
      let result = resolution.follow("./" + candidate + anchor, from: here)
      if result == .resolves { return result }
      if case .broken(let reason) = result, reason.contains("#") { last = result }
    }
    return last
  }
}
