import Cryptography
import Facts

/// The image of the interface as `docker save` would write it: two layers and their description, in one tar archive.
struct PaperImage: Sendable {
  /// Files of the lower layer, by path.
  var lower = [
    "etc/os-release": "ID=debian\n", "app/settings.py": "import os\nPASSWORD = os.environ[\"DB_PASSWORD\"]\n",
  ]
  /// Files of the upper layer, by path.
  var upper = ["app/version": "1.4\n"]
  /// The variables that it sets.
  var environment = ["PATH=/usr/local/bin:/usr/bin:/bin", "LOG_LEVEL=info"]

  /// The archive.
  var bytes: [UInt8] {
    let layers = [lower, upper].map { Self.tar($0.mapValues { Array($0.utf8) }) }
    let names = layers.map { SHA256.hex($0) }
    let configuration: JSONValue = [
      "architecture": "amd64", "os": "linux", "config": ["Env": JSONValue(environment), "User": "1000"],
      "rootfs": ["type": "layers", "diff_ids": JSONValue(names.map { "sha256:\($0)" })],
      "history": [["created_by": "COPY app /app"], ["created_by": "RUN echo 1.4 > /app/version"]],
    ]
    let described = Array(JSONText.compact(configuration).utf8)
    let manifest: JSONValue = [
      [
        "Config": .string("\(SHA256.hex(described)).json"), "RepoTags": ["registry.events.example/api:1.4"],
        "Layers": JSONValue(names.map { "\($0)/layer.tar" }),
      ]
    ]
    var members = ["manifest.json": Array(JSONText.compact(manifest).utf8)]
    members["\(SHA256.hex(described)).json"] = described
    for (name, layer) in zip(names, layers) { members["\(name)/layer.tar"] = layer }
    return Self.tar(members)
  }

  /// A tar archive (POSIX.1-2017, "ustar Interchange Format") with regular files.
  private static func tar(_ files: [String: [UInt8]]) -> [UInt8] {
    var archive: [UInt8] = []
    for (name, content) in files.sorted(by: { $0.key < $1.key }) {
      archive += header(name, size: content.count) + content
      archive += [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
    }
    return archive + [UInt8](repeating: 0, count: 1024)
  }

  private static func header(_ name: String, size: Int) -> [UInt8] {
    var block = [UInt8](repeating: 0, count: 512)
    func put(_ text: String, at offset: Int) {
      for (index, byte) in text.utf8.enumerated() { block[offset + index] = byte }
    }
    func octal(_ number: Int, _ digits: Int) -> String {
      let text = String(number, radix: 8)
      return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
    put(String(name.prefix(100)), at: 0)
    put("0000644", at: 100)
    put("0000000", at: 108)
    put("0000000", at: 116)
    put(octal(size, 11), at: 124)
    put(octal(0, 11), at: 136)
    put("        ", at: 148)
    put("0", at: 156)
    put("ustar", at: 257)
    put("00", at: 263)
    put(octal(block.reduce(0) { $0 + Int($1) }, 6) + "\0", at: 148)
    return block
  }
}
