package import Facts
import TLSRegistry

extension Guideline {
  /// Why a document is no guideline.
  package struct Malformed: Error, Sendable, Hashable {
    /// One line, lower case, without full stop.
    package var reason: String
  }

  /// Reads a document as Mozilla publishes its guidelines: a `version`, and `configurations` by the name of their profile.
  ///
  /// The profiles come strictest first. Throws where something is missing, of another kind, or means nothing here.
  package static func reading(_ document: JSONValue) throws(Malformed) -> [Guideline] {
    let version: String
    switch document["version"] {
    case .string(let text)?: version = text
    case .integer(let number)?: version = "\(number).0"
    case .double(let number)?: version = "\(number)"
    default: throw Malformed(reason: "`version` is missing")
    }
    guard let configurations = document["configurations"]?.object, !configurations.isEmpty else {
      throw Malformed(reason: "`configurations` is missing")
    }
    var guidelines: [Guideline] = []
    for (name, value) in configurations {
      guard let profile = Profile(rawValue: name) else {
        throw Malformed(reason: "the profile `\(name)` is none of modern, intermediate, old")
      }
      guidelines.append(try Configuration(name: name, value: value).guideline(version: version, profile: profile))
    }
    let order = Profile.allCases
    return guidelines.sorted { left, right in
      (order.firstIndex(of: left.profile) ?? 0) < (order.firstIndex(of: right.profile) ?? 0)
    }
  }

  /// One profile in a document.
  private struct Configuration {
    var name: String
    var value: JSONValue

    func guideline(version: String, profile: Profile) throws(Malformed) -> Guideline {
      var versions: Set<ProtocolVersion> = []
      for text in try texts("tls_versions") {
        guard let known = ProtocolVersion(name: text) else { throw malformed("tls_versions", text) }
        versions.insert(known)
      }
      var types: Set<ServerProfile.Key.Kind> = []
      for text in try texts("certificate_types") {
        guard let known = text == "ecdsa" ? .ec : ServerProfile.Key.Kind(rawValue: text) else {
          throw malformed("certificate_types", text)
        }
        types.insert(known)
      }
      guard let iana = value["ciphers"]?["iana"] else { throw malformed("ciphers.iana", nil) }
      let longest = try number("maximum_certificate_lifespan")
      return Guideline(
        version: version, profile: profile, versions: versions, suites: Set(try texts(in: iana, "ciphers.iana")),
        suites13: Set(try texts("ciphersuites")), certificateTypes: types,
        certificateCurves: Set(try texts("certificate_curves").map(NamedGroup.canonical)),
        certificateSignatures: Set(try texts("certificate_signatures")), rsaBits: try numberOrNull("rsa_key_size"),
        dhBits: try numberOrNull("dh_param_size"), ecdhBits: try numberOrNull("ecdh_param_size") ?? 0,
        groups: Set(try texts("tls_curves").map(NamedGroup.canonical)), maximumLifetimeDays: longest,
        recommendedLifetimeDays: try numberOrNull("recommended_certificate_lifespan") ?? longest,
        hstsSeconds: try number("hsts_min_age"), wantsServerOrder: value["server_preferred_order"]?.bool ?? false)
    }

    private func malformed(_ member: String, _ text: String?) -> Malformed {
      Malformed(
        reason: "`\(member)` of the profile \(name) " + (text.map { "has the unknown word `\($0)`" } ?? "is missing"))
    }

    private func texts(_ member: String) throws(Malformed) -> [String] {
      guard let list = value[member] else { throw malformed(member, nil) }
      return try texts(in: list, member)
    }

    private func texts(in list: JSONValue, _ member: String) throws(Malformed) -> [String] {
      guard let elements = list.array else { throw Malformed(reason: "`\(member)` of the profile \(name) is no list") }
      var texts: [String] = []
      for element in elements {
        guard let text = element.string else {
          throw Malformed(reason: "`\(member)` of the profile \(name) is no list of texts")
        }
        texts.append(text)
      }
      return texts
    }

    private func number(_ member: String) throws(Malformed) -> Int {
      guard let number = try numberOrNull(member) else { throw malformed(member, nil) }
      return number
    }

    private func numberOrNull(_ member: String) throws(Malformed) -> Int? {
      guard let value = value[member], !value.isNull else { return nil }
      guard let number = value.integer, number >= 0 else {
        throw Malformed(reason: "`\(member)` of the profile \(name) is no whole number")
      }
      return number
    }
  }
}
