import AuditModel
import Facts

/// The ports that the inventory speaks of, and what it says about them.
struct PortSelection: Sendable {
  /// The most ports of one host that are looked at.
  static let most = 4096

  /// The ports that must answer, in order.
  let open: [Int]
  /// The ports that must not answer, in order.
  let closed: [Int]
  /// All ports to look at: the declared ones first, each once.
  let all: [Int]

  /// Why a selection cannot be read.
  struct Invalid: Error {
    var reason: String
  }

  /// Reads `open`, `closed` and `scan` of a target.
  init(_ settings: JSONObject) throws(Invalid) {
    open = try Self.ports(settings, "open") ?? []
    closed = try Self.ports(settings, "closed") ?? []
    if let both = Set(open).intersection(closed).min() {
      throw Invalid(reason: "port \(both) is declared both open and closed")
    }
    let scan = try Self.ports(settings, "scan") ?? KnownPort.all.map(\.port)
    var seen: Set<Int> = []
    all = (open + closed + scan).filter { seen.insert($0).inserted }
    guard all.count <= Self.most else {
      throw Invalid(reason: "\(all.count) ports are to be looked at, and \(Self.most) is the most for one target")
    }
    guard !all.isEmpty else { throw Invalid(reason: "no port is to be looked at") }
  }

  /// What the inventory says about a port: `open`, `closed`, or nothing.
  func declaration(of port: Int) -> String? {
    if open.contains(port) { return "open" }
    return closed.contains(port) ? "closed" : nil
  }

  private static func ports(_ settings: JSONObject, _ field: String) throws(Invalid) -> [Int]? {
    guard let value = settings[field] else { return nil }
    var ports: [Int] = []
    for element in value.array ?? [] {
      guard let range = range(element) else {
        throw Invalid(reason: "\(field): `\(element.plainText)` is neither a port nor a range such as 8000-8010")
      }
      guard ports.count + range.count <= 65_535 else { throw Invalid(reason: "\(field) names too many ports") }
      ports += range
    }
    return ports
  }

  private static func range(_ value: JSONValue) -> ClosedRange<Int>? {
    if let port = value.integer { return (1...65535).contains(port) ? port...port : nil }
    let ends = (value.string ?? "").split(separator: "-", omittingEmptySubsequences: false)
    guard (1...2).contains(ends.count), let first = port(ends[0]), let last = port(ends[ends.count - 1]), first <= last
    else { return nil }
    return first...last
  }

  private static func port(_ text: Substring) -> Int? {
    let digits = text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()
    guard (1...5).contains(digits.count), digits.allSatisfy({ $0.isASCII && $0.isNumber }),
      let port = Int(String(digits))
    else { return nil }
    return (1...65535).contains(port) ? port : nil
  }
}
