import Facts
import HTTPExchange

/// Fields by which servers and frameworks tell strangers which version they run.
enum ProductVersion {
  private static let names = [
    "server", "x-powered-by", "x-aspnet-version", "x-aspnetmvc-version", "x-generator", "x-runtime-version",
    "x-php-version", "x-jenkins", "x-drupal-version", "x-envoy-version",
  ]

  /// The first field that names a version, as `name: value`; nil if none does.
  static func disclosed(by fields: HeaderFields) -> String? {
    for (name, value) in fields.fields where names.contains(name) && holdsVersion(value) {
      return "\(name): \(value.bounded(200))"
    }
    return nil
  }

  /// Whether a number stands where a version does: behind `/`, a space or `v`, at the start, or with a dot in it.
  private static func holdsVersion(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    for (index, byte) in bytes.enumerated() where (0x30...0x39).contains(byte) {
      let previous = index == 0 ? UInt8(ascii: " ") : bytes[index - 1]
      if "/ v(".utf8.contains(previous) { return true }
      if index + 2 < bytes.count, bytes[index + 1] == UInt8(ascii: "."), (0x30...0x39).contains(bytes[index + 2]) {
        return true
      }
    }
    return false
  }
}
