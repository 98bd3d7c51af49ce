/// The short form of a mount, `[SOURCE:]TARGET[:OPTIONS]`.
struct MountForm: Equatable {
  /// `bind` or `volume`.
  var type: String
  var source: String
  var target: String
  var isReadOnly = false
  var isNotCopied = false
  var propagation = ""
  var relabelling = ""

  private static let propagations: Set<String> = ["private", "rprivate", "shared", "rshared", "slave", "rslave"]

  /// What a text stands for; nil where it is no mount.
  static func parsed(_ text: String) -> MountForm? {
    guard !text.isEmpty else { return nil }
    if text.count <= 2 { return MountForm(type: "volume", source: "", target: text) }
    let parts = sections(of: text)
    guard !parts.contains(where: \.isEmpty), parts.count <= 3 else { return nil }
    if parts.count == 1 { return MountForm(type: "volume", source: "", target: parts[0]) }
    var mount = MountForm(type: isPath(parts[0]) ? "bind" : "volume", source: parts[0], target: parts[1])
    for option in parts.count == 3 ? parts[2].split(separator: ",").map(String.init) : [] {
      switch option {
      case "ro": mount.isReadOnly = true
      case "rw": mount.isReadOnly = false
      case "nocopy": mount.isNotCopied = true
      case "z", "Z": mount.relabelling = option
      case _ where propagations.contains(option): mount.propagation = option
      // What else an engine may know is its business.
      default: break
      }
    }
    return mount
  }

  /// The parts between colons; the colon behind a drive letter, or inside `${…}` left as it is, divides nothing.
  private static func sections(of text: String) -> [String] {
    var parts: [String] = []
    var part = ""
    var depth = 0
    var previous: Character = " "
    for character in text {
      if character == "{", previous == "$" { depth += 1 }
      if character == "}", depth > 0 { depth -= 1 }
      previous = character
      let isDrive = part.count == 1 && part.allSatisfy { $0.isASCII && $0.isLetter }
      if character == ":", depth == 0, !isDrive {
        parts.append(part)
        part = ""
      } else {
        part.append(character)
      }
    }
    return parts + [part]
  }

  /// Whether a source names a path of the host rather than a volume.
  static func isPath(_ source: String) -> Bool {
    if let first = source.first, "./~".contains(first) { return true }
    return source.hasPrefix("\\\\") || isWindowsPath(source)
  }

  /// Whether a path begins with a drive letter.
  static func isWindowsPath(_ path: String) -> Bool {
    let start = Array(path.unicodeScalars.prefix(2))
    return start.count == 2 && start[1] == ":" && start[0].properties.isAlphabetic && start[0].isASCII
  }
}
