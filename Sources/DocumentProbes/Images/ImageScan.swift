import AuditModel
import Compression
import Facts
import Probing

/// The secrets in the layers and the configuration of images.
struct ImageScan {
  /// How many secrets are told at most.
  private static let most = 2_000
  /// What is unpacked at most, in bytes: a layer can be small and unpack to anything.
  private static let mostBytes = 64 << 30
  /// Where the files of packages lie, whose tests and documentation hold sample keys.
  private static let packaged = [
    "usr/share/", "usr/lib/", "usr/libexec/", "lib/", "lib64/", "usr/local/go/", "var/lib/dpkg/", "var/lib/apt/",
    "var/cache/", "usr/local/lib/", "usr/include/",
  ]

  /// A file of a layer.
  private struct Place: Hashable {
    var image: Int
    var layer: Int
    var file: String
  }

  let acceptance: SecretAcceptance
  let context: ProbeContext
  private var secrets: [(found: FoundSecret, place: Place)] = []
  private var settings: [FoundSecret] = []
  private var privateFiles: [Place] = []
  /// What later layers take away: the path, or the folder with `/` behind, by image and layer.
  private var removals: [(image: Int, layer: Int, path: String)] = []
  private(set) var gaps: [Gap] = []
  private var scanned = 0
  private var binary = 0
  private var leftOut = 0
  private var layersRead = 0
  private var unpacked = 0
  /// Layers that several images share are read once.
  private var known: Set<String> = []

  init(acceptance: SecretAcceptance, context: ProbeContext) {
    self.acceptance = acceptance
    self.context = context
  }

  /// Reads the layers and the configuration of image number `index`.
  mutating func read(_ image: ImageArchive.Image, number index: Int, of archive: borrowing ImageArchive) {
    do throws(ImageArchive.Trouble) {
      settings += Self.settings(of: try archive.description(image.configuration)).filter { !acceptance.covers($0) }
    } catch {
      gaps.append(Gap(path: "configuration", reason: error.reason))
    }
    for (number, name) in image.layers.enumerated() where known.insert(name).inserted {
      guard !context.deadline.hasPassed else {
        lose("the time was up before every layer was read")
        return
      }
      guard let range = archive.members[name] else {
        lose("the layer \(number + 1) is not in the archive")
        continue
      }
      layer(range, number + 1, of: index, archive)
    }
  }

  private mutating func lose(_ reason: String) {
    for path in ["layers", "privateFiles"] { gaps.append(Gap(path: path, reason: reason)) }
  }

  private mutating func layer(_ range: Range<Int>, _ number: Int, of image: Int, _ archive: borrowing ImageArchive) {
    var stream = TarStream()
    var inflation: (any Uncompressing)?
    var trouble: String?
    var isFirst = true
    archive.read(range) { piece in
      context.traffic.add(bytesReceived: piece.count)
      if isFirst {
        isFirst = false
        do throws(CompressedForm.Unread) {
          inflation = try CompressedForm(of: piece)?.inflation()
        } catch {
          trouble = error.reason
          return false
        }
      }
      func unpack(_ bytes: UnsafeRawBufferPointer) -> Bool {
        unpacked += bytes.count
        if unpacked > Self.mostBytes { trouble = "it unpacks to more than \(Self.mostBytes) bytes" }
        if context.deadline.hasPassed { trouble = "the time was up before it was read" }
        guard trouble == nil else { return false }
        do throws(TarHeader.Damage) {
          try stream.take(bytes) { take($0, Place(image: image, layer: number, file: $0.name)) }
          return true
        } catch {
          trouble = error.reason
          return false
        }
      }
      guard let inflation else { return unpack(piece) }
      do throws(Inflation.Fault) {
        try inflation.take(piece, to: unpack)
      } catch {
        switch error {
        case .noMemory: trouble = "there is no memory to uncompress it"
        case .greedy: trouble = "the compressed data are damaged, or ask for more memory than is granted"
        case .damaged: trouble = "the compressed data are damaged"
        }
      }
      return trouble == nil
    }
    if trouble == nil, !stream.isComplete || inflation?.isComplete == false { trouble = "it ends early" }
    if let trouble { lose("the layer \(number): \(trouble)") } else { layersRead += 1 }
  }

  private mutating func take(_ member: TarStream.Member, _ place: Place) {
    var place = place
    while place.file.hasPrefix("./") || place.file.hasPrefix("/") {
      place.file.removeFirst(place.file.hasPrefix("/") ? 1 : 2)
    }
    let name = PathText.name(of: place.file)
    if name.hasPrefix(".wh.") {
      let folder = PathText.folder(of: place.file)
      let path =
        name == ".wh..wh..opq" ? folder + "/" : (folder.isEmpty ? "" : folder + "/") + name.dropFirst(4)
      removals.append((place.image, place.layer, path))
      return
    }
    guard member.size > 0 else { return }
    if Self.packaged.contains(where: place.file.hasPrefix) || place.file.contains("node_modules/")
      || place.file.contains("site-packages/")
    {
      leftOut += 1
      return
    }
    if SensitiveFiles.isKey(place.file) || SensitiveFiles.isEnvironment(place.file), privateFiles.count < Self.most {
      if !acceptance.coversFile(place.file) { privateFiles.append(place) }
    }
    guard let content = member.content else {
      if member.isBinary { binary += 1 } else { lose("\(place.file): it is too large to be read") }
      return
    }
    scanned += 1
    content.withUnsafeBufferPointer { buffer in
      for secret in FoundSecret.all(in: buffer, file: place.file) where !acceptance.covers(secret) {
        if secrets.count < Self.most {
          secrets.append((secret, place))
        } else if secrets.count == Self.most, !gaps.contains(where: { $0.reason.contains("are told") }) {
          gaps.append(Gap(path: "layers", reason: "only the first \(Self.most) secrets are told"))
        }
      }
    }
  }

  /// What the configuration hands to everybody who has the image: variables, labels, commands, and how it was built.
  private static func settings(of description: JSONValue) -> [FoundSecret] {
    let own = description["config"]
    let labels = (own?["Labels"]?.object?.members ?? []).map { "\($0.name)=\($0.value.string ?? "")" }
    let commands = ["Cmd", "Entrypoint"].flatMap { own?[$0]?.array?.compactMap(\.string) ?? [] }
    let parts: [(String, [String])] = [
      ("environment", own?["Env"]?.array?.compactMap(\.string) ?? []), ("labels", labels), ("command", commands),
      ("history", description["history"]?.array?.compactMap { $0["created_by"]?.string } ?? []),
    ]
    return parts.flatMap { name, lines in
      let text = lines.map { $0.replacing("\n", with: " ") }.joined(separator: "\n")
      return Array(text.utf8).withUnsafeBufferPointer { FoundSecret.all(in: $0, file: name) }
    }
  }

  private func isRemoved(_ place: Place) -> Bool {
    removals.contains { removal in
      removal.image == place.image && removal.layer > place.layer
        && (place.file == removal.path
          || place.file.hasPrefix(removal.path.hasSuffix("/") ? removal.path : removal.path + "/"))
    }
  }

  private static func fact(_ secret: FoundSecret) -> JSONObject {
    var fact = secret.fact.object ?? JSONObject()
    fact["commit"] = JSONValue?.none
    return fact
  }

  /// What was found.
  var facts: JSONObject {
    [
      "layers": .array(
        secrets.map { secret in
          var fact = Self.fact(secret.found)
          fact["layer"] = .integer(secret.place.layer)
          fact["isRemovedLater"] = .bool(isRemoved(secret.place))
          return .object(fact)
        }),
      "configuration": .array(settings.map { .object(Self.fact($0)) }),
      "privateFiles": .array(
        privateFiles.map { place in
          [
            "file": .string(String(place.file.prefix(300))), "layer": .integer(place.layer),
            "isRemovedLater": .bool(isRemoved(place)),
          ]
        }),
      "layersRead": .integer(layersRead), "filesScanned": .integer(scanned), "filesBinary": .integer(binary),
      "filesOfPackages": .integer(leftOut),
    ]
  }
}

extension SecretAcceptance {
  /// Whether a file as such is accepted, by its path or a folder above it.
  func coversFile(_ path: String) -> Bool {
    covers(
      FoundSecret(
        rule: "file", summary: "", file: path, line: 1, column: 1, mask: "", digest: "", entropy: 0, commit: nil))
  }
}
