import AuditModel
import Facts
import ProbeConformance
import Probing
import Testing

@testable import DocumentProbes

/// Tar archives made by hand.
enum Tar {
  static func archive(_ members: [(String, [UInt8])], ends: Bool = true) -> [UInt8] {
    var bytes: [UInt8] = []
    for (name, content) in members {
      if name.utf8.count > 100 {
        // The way of GNU tar.
        bytes += header("././@LongLink", name.utf8.count + 1, "L") + padded(Array(name.utf8) + [0])
      }
      bytes += header(String(name.prefix(100)), content.count, "0") + padded(content)
    }
    return bytes + (ends ? [UInt8](repeating: 0, count: 1024) : [])
  }

  static func archive(_ members: [(String, String)]) -> [UInt8] { archive(members.map { ($0, Array($1.utf8)) }) }

  private static func padded(_ content: [UInt8]) -> [UInt8] {
    content + [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
  }

  static func header(_ name: String, _ size: Int, _ kind: String) -> [UInt8] {
    var block = [UInt8](repeating: 0, count: 512)
    func put(_ text: String, _ offset: Int) {
      for (index, byte) in text.utf8.enumerated() { block[offset + index] = byte }
    }
    func octal(_ number: Int, _ digits: Int) -> String {
      let text = String(number, radix: 8)
      return String(repeating: "0", count: digits - text.count) + text
    }
    put(name, 0)
    put(octal(size, 11), 124)
    put("        ", 148)
    put(kind, 156)
    put("ustar", 257)
    put(octal(block.reduce(0) { $0 + Int($1) }, 6) + "\0", 148)
    return block
  }
}

@Suite("Saved images")
struct ImageArchiveTests {
  private static let token = "npm_" + SecretScannerTests.drawn(36, from: SecretScannerTests.letters, seed: 3)
  private static let key = "sk_" + "live_" + SecretScannerTests.drawn(24, from: SecretScannerTests.letters, seed: 5)
  private static let buried = String(repeating: "deep/", count: 30) + "settings.yaml"

  private static let layers = [
    Tar.archive([
      ("root/.npmrc", "a\n//registry.example/:_authToken=\(token)\n"), ("./app/.env", "LOG_LEVEL=info\n"),
      ("usr/share/doc/sample.txt", "//registry.example/:_authToken=\(token)\n"), ("etc/empty.key", ""),
      (buried, "clone: \"\(token)\"\n"),
    ]),
    Tar.archive([("root/.wh..npmrc", ""), ("app/data.bin", "\0\(token)")]),
  ]

  private static let settings = """
    {"config":{"Env":["PATH=/bin","PAY_KEY=\(key)"]},"history":[{"created_by":"RUN |1 NPM=\(token) /bin/sh -c make"}]}
    """

  /// As `docker save` writes it.
  private static func saved(_ layers: [[UInt8]]) -> [UInt8] {
    let names = layers.indices.map { "l\($0)/layer.tar" }
    let quoted = names.map { "\"\($0)\"" }.joined(separator: ",")
    let manifest = "[{\"Config\":\"c.json\",\"RepoTags\":[\"api:1\"],\"Layers\":[\(quoted)]}]"
    return Tar.archive(
      [("manifest.json", Array(manifest.utf8)), ("c.json", Array(settings.utf8))] + zip(names, layers).map { ($0, $1) })
  }

  private func look(_ bytes: [UInt8], accepted: [String] = []) async throws -> (facts: JSONValue, gaps: [Gap]) {
    let folder = try Folder([:])
    try folder.write("image.tar", bytes)
    return try await facts(
      ImageArchiveProbe(),
      ["path": .string(folder.path + "/image.tar"), "accepted": .array(accepted.map { .string($0) })],
      kind: "image-archive")
  }

  @Test("layers, what later ones hide, variables and history are searched; files of packages are not")
  func whole() async throws {
    let (facts, gaps) = try await look(Self.saved(Self.layers))
    #expect(gaps.isEmpty, "\(gaps)")
    let found = try #require(facts["layers"]?.array)
    #expect(found.map { $0["file"]?.string } == ["root/.npmrc", Self.buried])
    #expect(found.first?["line"] == 2)
    #expect(found.map { $0["isRemovedLater"]?.bool } == [true, false])
    #expect(found.map { $0["layer"]?.integer } == [1, 1])
    #expect(facts["configuration"]?.array?.map { $0["file"]?.string } == ["environment", "history"])
    #expect(facts["privateFiles"]?.array?.map { $0["file"]?.string } == ["app/.env"])
    #expect(facts["images"] == [["api:1"]])
    #expect(facts["layersRead"] == 2)
    #expect(facts["filesBinary"] == 1)
    #expect(facts["filesOfPackages"] == 1)
    let text = JSONText.compact(facts)
    for secret in [Self.token, Self.key] { #expect(!text.contains(secret.dropFirst(6))) }
  }

  @Test("what was accepted is left out")
  func accepted() async throws {
    let (facts, _) = try await look(
      Self.saved(Self.layers), accepted: ["root/.npmrc:npm-access-token:2", "deep/", "app/.env:file:1"])
    #expect(facts["layers"] == [])
    #expect(facts["privateFiles"] == [])
  }

  @Test("an image layout of OCI with compressed layers")
  func layout() async throws {
    let folder = try Folder([:])
    try folder.write("layer", Self.layers[0])
    try await folder.run("gzip", "-n", "layer")
    let layer = try folder.bytes("layer.gz")
    let manifest = """
      {"config":{"digest":"sha256:cc"},"layers":[{"digest":"sha256:aa"}]}
      """
    let index = """
      {"manifests":[{"digest":"sha256:bb","annotations":{"org.opencontainers.image.ref.name":"api:2"}}]}
      """
    func archive(_ layer: [UInt8]) -> [UInt8] {
      Tar.archive([
        ("index.json", Array(index.utf8)), ("blobs/sha256/bb", Array(manifest.utf8)),
        ("blobs/sha256/cc", Array(Self.settings.utf8)), ("blobs/sha256/aa", layer),
      ])
    }
    let (facts, gaps) = try await look(archive(layer))
    #expect(gaps.isEmpty, "\(gaps)")
    #expect(facts["layers"]?.array?.count == 2)
    #expect(facts["images"] == [["api:2"]])
    // The newer compression, and several frames of it, as tools write them that compress side by side.
    try folder.write("layer", Self.layers[0])
    try await folder.run("zstd", "-q", "--rm", "-19", "layer")
    let frame = try folder.bytes("layer.zst")
    try folder.write("first", Array(Self.layers[0].prefix(1000)))
    try folder.write("second", Array(Self.layers[0].dropFirst(1000)))
    try await folder.run("zstd", "-q", "--rm", "--no-check", "first", "second")
    let frames = try folder.bytes("first.zst") + folder.bytes("second.zst")
    for bytes in [frame, frames] {
      let (read, gaps) = try await look(archive(bytes))
      #expect(gaps.isEmpty, "\(gaps)")
      #expect(read["layers"] == facts["layers"])
      #expect(read["layersRead"] == 1)
    }
    // What cannot be read whole is a gap.
    var spoiled = frame
    spoiled[spoiled.count / 2] ^= 0x55
    for (damaged, reason) in [
      (Array(frame.dropLast(9)), "ends early"), (spoiled, "damaged"), ([0x28, 0xB5, 0x2F, 0xFD, 0, 0], "early"),
      (Array(frame.prefix(4)) + [0x00, 0xF8] + frame.dropFirst(6), "damaged"), (Array("BZh9".utf8), "bzip2"),
      ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], "xz"),
    ] {
      let (_, gaps) = try await look(archive(damaged))
      #expect(gaps.contains { $0.path == "layers" && $0.reason.contains(reason) }, "\(reason): \(gaps)")
    }
    for damaged in [Array(layer.dropLast(40)), [0x28, 0xB5, 0x2F, 0xFD, 0, 0], Array(Self.layers[0].prefix(700))] {
      let (_, gaps) = try await look(archive(damaged))
      #expect(gaps.contains { $0.path == "layers" } && gaps.contains { $0.path == "privateFiles" })
    }
  }

  @Test("a layer that is missing, and an archive cut anywhere, never pass and never crash")
  func damaged() async throws {
    let whole = Self.saved(Self.layers)
    var cut = 0
    while cut < whole.count {
      let bytes = Array(whole.prefix(cut))
      let folder = try Folder([:])
      try folder.write("image.tar", bytes)
      let target = Target(id: "it", kind: "image-archive", settings: ["path": .string(folder.path + "/image.tar")])
      switch await sighting(ImageArchiveProbe(), target) {
      case .unseen(let unseen): #expect(unseen.kind == .malformed)
      case .seen(_, let gaps):
        // Only the zeros at the end may be left out.
        #expect(!gaps.isEmpty || cut >= whole.count - 1024, "\(cut)")
      }
      cut += 512
    }
  }

  @Test("keeps the promises of every probe")
  func conforms() async throws {
    let folder = try Folder([:])
    try folder.write("image.tar", Self.saved(Self.layers))
    let target = Target(id: "it", kind: "image-archive", settings: ["path": .string(folder.path + "/image.tar")])
    let impossible = Target(id: "it", kind: "image-archive", settings: ["path": .string(folder.path + "/none.tar")])
    #expect(await ProbeConformance.problems(with: ImageArchiveProbe(), target: target, impossible: impossible) == [])
  }
}

@Suite("People")
struct PeopleTests {
  @Test("what is declared is told once each; what only people know is a gap")
  func declared() async throws {
    let (facts, gaps) = try await facts(
      PeopleProbe(), ["onCall": ["dana", "eli", "dana"]], kind: "people")
    #expect(facts["onCall"] == ["dana", "eli"])
    #expect(facts["users"] == .null)
    for name in ["accessReviewed", "incidentRehearsed", "trained", "usersAccepted"] { #expect(facts[name] == .null) }
    #expect(
      Set(gaps.map(\.path)) == ["users", "accessReviewed", "incidentRehearsed", "trained", "usersAccepted"])
  }

  @Test("keeps the promises of every probe")
  func conforms() async throws {
    let target = Target(id: "it", kind: "people", settings: ["onCall": ["dana"], "users": ["editors"]])
    #expect(await ProbeConformance.problems(with: PeopleProbe(), target: target) == [])
  }
}
