/// What the policies of one answer are worth by the rules of the Observatory.
struct PolicyVerdict: Sendable, Hashable {
  /// A way in which a policy is worth less than it could be.
  enum Weakness: String, Sendable, CaseIterable {
    /// Scripts or plug-ins from anywhere, inline, or from `data:`.
    case unsafeScripts
    /// Something active may come over plain HTTP.
    case insecureScheme
    /// `eval` and its like.
    case unsafeEval
    /// Pictures or media may come over plain HTTP.
    case insecurePassiveScheme
    /// Styles from anywhere, inline, or from `data:`.
    case unsafeStyles
    /// Any base URL may be set.
    case anyBase
    /// Forms may be sent anywhere.
    case anyFormTarget
    /// Any site may frame it.
    case anyFrame
  }

  var result: String
  var modifier: Int
  var passes: Bool
  /// In the order of the cases.
  private(set) var weaknesses: [Weakness] = []
  /// The merged policies; nil where there is none or it cannot be read.
  private(set) var policy: ContentSecurityPolicy?
  /// Why it cannot be read.
  private(set) var invalid: String?

  private static let broad: Set<String> = [
    "ftp:", "http:", "https:", "*", "http://*", "http://*.*", "https://*", "https://*.*",
  ]
  private static let broadOrInline = broad.union(["'unsafe-inline'", "data:"])
  private static let proofs = ["'sha256-", "'sha384-", "'sha512-", "'nonce-"]
  private static let passive: Set<String> = ["img-src", "media-src"]

  /// Reads the policies of header fields and `meta` elements; `reports` is whether one is sent for reports only.
  init(header: [String], meta: [String], reports: Bool, isEncrypted: Bool) {
    let headerPolicies = ContentSecurityPolicy.policies(in: header)
    let metaPolicies = ContentSecurityPolicy.policies(in: meta)
    (result, modifier, passes) = ("csp-not-implemented", -25, false)
    let merged: ContentSecurityPolicy
    do throws(ContentSecurityPolicy.Invalid) {
      merged = try ContentSecurityPolicy(headerPolicies + metaPolicies)
    } catch {
      result = "csp-header-invalid"
      invalid = error.reason
      return
    }
    let ofHeader = try? ContentSecurityPolicy(headerPolicies)
    let ofMeta = try? ContentSecurityPolicy(metaPolicies).asInMeta()
    if ofHeader?.isEmpty ?? true, ofMeta?.isEmpty ?? true {
      if reports { result = "csp-not-implemented-but-reporting-enabled" }
      return
    }
    judge(merged, framing: ofHeader?.sources["frame-ancestors"], isEncrypted: isEncrypted)
  }

  private mutating func judge(_ merged: ContentSecurityPolicy, framing: [String]?, isEncrypted: Bool) {
    var policy = merged
    func sources(_ directive: String?) -> [String] { directive.flatMap { policy.sources[$0] } ?? ["*"] }
    func isProven(_ sources: [String]) -> Bool {
      sources.contains { source in Self.proofs.contains { source.hasPrefix($0) } }
    }
    let (scripts, styles) = (policy.governing("script-src"), policy.governing("style-src"))
    for directive in [scripts, styles].compactMap({ $0 }) where isProven(sources(directive)) {
      policy.remove(from: directive) { $0 == "'unsafe-inline'" }
    }
    var outcome: (result: String, modifier: Int)?
    if let scripts, sources(scripts).contains("'strict-dynamic'") {
      if isProven(sources(scripts)) {
        policy.remove(from: scripts) { source in
          source == "'self'" || source == "'unsafe-inline'" || Self.broad.contains { source.hasPrefix($0) }
        }
      } else {
        outcome = ("csp-header-invalid", -25)
        invalid = "'strict-dynamic' without a nonce or hash"
      }
    }
    let (scriptSources, styleSources) = (sources(scripts), sources(styles))
    let objectSources = sources(policy.governing("object-src"))
    let activeSources =
      policy.sources.filter { !Self.passive.contains($0.key) && $0.key != "script-src" }.flatMap(\.value)
      + scriptSources
    let passiveSources = Self.passive.flatMap { policy.governing($0).flatMap { policy.sources[$0] } ?? [] }
    func isPlain(_ source: String) -> Bool { source.hasPrefix("http:") || source.hasPrefix("ftp:") }
    let found: [(Bool, Weakness, result: String, modifier: Int)] = [
      (
        scriptSources.contains(where: Self.broadOrInline.contains)
          || objectSources.contains(where: Self.broad.contains),
        .unsafeScripts, "csp-implemented-with-unsafe-inline", -20
      ),
      (
        isEncrypted && activeSources.contains(where: isPlain), .insecureScheme, "csp-implemented-with-insecure-scheme",
        -20
      ),
      (
        scriptSources.contains("'unsafe-eval'") || styleSources.contains("'unsafe-eval'"), .unsafeEval,
        "csp-implemented-with-unsafe-eval", -10
      ),
      (
        isEncrypted && passiveSources.contains(where: isPlain), .insecurePassiveScheme,
        "csp-implemented-with-insecure-scheme-in-passive-content-only", -10
      ),
      (
        styleSources.contains(where: Self.broadOrInline.contains), .unsafeStyles,
        "csp-implemented-with-unsafe-inline-in-style-src-only", 0
      ),
    ]
    for (holds, weakness, result, modifier) in found where holds {
      weaknesses.append(weakness)
      if outcome == nil { outcome = (result, modifier) }
    }
    if (policy.sources["base-uri"] ?? ["*"]).contains(where: Self.broadOrInline.contains) {
      weaknesses.append(.anyBase)
    }
    if (policy.sources["form-action"] ?? ["*"]).contains(where: Self.broad.contains) {
      weaknesses.append(.anyFormTarget)
    }
    if (framing ?? ["*"]).contains(where: Self.broad.contains) { weaknesses.append(.anyFrame) }
    (result, modifier) =
      outcome
      ?? (policy.sources["default-src"] == ["'none'"]
        ? ("csp-implemented-with-no-unsafe-default-src-none", 10) : ("csp-implemented-with-no-unsafe", 5))
    passes = [
      "csp-implemented-with-no-unsafe", "csp-implemented-with-no-unsafe-default-src-none",
      "csp-implemented-with-unsafe-inline-in-style-src-only",
      "csp-implemented-with-insecure-scheme-in-passive-content-only",
    ].contains(result)
    if passes, !policy.repeated.isEmpty { (result, modifier) = ("csp-implemented-but-duplicate-directives", 0) }
    self.policy = policy
  }
}
