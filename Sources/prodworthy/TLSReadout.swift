import Facts
import Reporting

/// The facts of a TLS server as text for people.
struct TLSReadout {
  private let facts: JSONValue

  init(_ facts: JSONValue) { self.facts = facts }

  /// One fact a line, lists indented.
  var text: String {
    var lines: [String] = []
    let address = Self.words(facts["connection"]?["address"])
    lines.append(
      "\(Self.words(facts["name"]?["requested"])) at \(address), \(Self.words(facts["connections"])) connections")
    if let letter = facts["grade"]?["letter"]?.string { lines.append("grade           \(Untrusted.line(letter))") }
    lines.append("protocols       \(Self.list(facts["protocols"]))")
    for version in facts["protocols"]?.array ?? [] {
      guard let name = version.string, let suites = facts["suites"]?[name]?.array else { continue }
      let order = facts["preference"]?[name]?.string.map { ", the \($0)'s order" } ?? ""
      lines.append("suites \(name)\(order)")
      lines += suites.map { "  \(Self.words($0))" }
    }
    lines.append("groups")
    for group in facts["groups"]?.array ?? [] {
      let bits = group["bits"]?.integer.map { ", \($0) bits" } ?? ""
      lines.append("  \(Self.words(group["name"]))\(bits) (\(Self.list(group["protocols"])))")
    }
    lines.append("certificates")
    for certificate in facts["certificates"]?.array ?? [] {
      let key = "\(Self.words(certificate["keyAlgorithm"])) \(Self.words(certificate["keyBits"]))"
      lines.append("  \(Self.words(certificate["subject"])), \(key), until \(Self.words(certificate["notAfter"]))")
      lines.append("    serial \(Self.words(certificate["serial"]))")
      lines.append("    SHA-256 \(Self.words(certificate["fingerprint"]))")
    }
    for (label, value) in rest { lines.append(label.padded(to: 16) + Self.words(value)) }
    for address in facts["addresses"]?.array ?? [] where address["agrees"]?.bool != true {
      lines.append("address \(Self.words(address["address"])): \(Self.words(address["reason"]))")
    }
    for attack in facts["attacks"]?.array ?? [] where attack["exposure"]?.string == "open" {
      lines.append("open to \(Self.words(attack["name"])): \(Self.words(attack["because"]))")
    }
    for fault in facts["faults"]?.array ?? [] {
      let name = Self.words(fault["name"]?.isNull == false ? fault["name"] : fault["probe"])
      lines.append("\(name): \(Self.words(fault["verdict"])), \(Self.words(fault["reason"]))")
    }
    if let doubts = facts["inconclusive"]?.array, !doubts.isEmpty {
      lines.append("inconclusive    \(Self.list(facts["inconclusive"]))")
      lines += (facts["doubts"]?.array ?? []).map { "  \(Self.words($0))" }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private var rest: [(String, JSONValue?)] {
    [
      ("trusted", facts["chain"]?["trusted"]), ("name matches", facts["name"]?["matches"]),
      ("post-quantum", facts["postQuantum"]), ("renegotiation", facts["renegotiation"]),
      ("compression", facts["compression"]), ("stapled", facts["stapled"]),
      ("early data", facts["earlyDataBytes"]), ("asks client", facts["clientCertificate"]),
      ("unknown name", facts["names"]?["unknownName"]),
      ("application", facts["alpn"].flatMap { $0.isNull ? nil : .string(Self.list($0["protocols"])) }),
    ]
  }

  private static func list(_ value: JSONValue?) -> String {
    let items = (value?.array ?? []).map { Self.words($0) }
    return items.isEmpty ? "none" : items.joined(separator: ", ")
  }

  private static func words(_ value: JSONValue?) -> String {
    switch value {
    case .bool(let truth): truth ? "yes" : "no"
    case nil, .null: "not known"
    case let value?: Untrusted.line(value.plainText)
    }
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(1, width - count)) }
}
