import AuditModel
import Facts
import Probing

/// Looks for secrets in every layer of saved images, those included that a later layer hides.
struct ImageArchiveProbe: Probe {
  static let kind = TargetKind(
    name: "image-archive", summary: "container images in a file, as `docker save` and OCI tools write them",
    fields: [
      Schema.Field("path", .string(.path), required: true, "the file, uncompressed; its layers may be gzip or zstd"),
      Schema.Field(
        "accepted", .array(.string(.nonEmpty)),
        "findings that are no secrets, as file:rule:line, file:file:1 for a whole file, or folder/ for everything in it"
      ),
    ])

  private static let secret: [Schema.Field] = [
    Schema.Field("rule", .string(), required: true, "what recognised it"),
    Schema.Field("summary", .string(), required: true, "what it is"),
    Schema.Field("file", .string(), required: true, "where it stands"),
    Schema.Field("line", .integer(minimum: 1), required: true, "from 1"),
    Schema.Field("column", .integer(minimum: 1), required: true, "from 1, in bytes"),
    Schema.Field("mask", .string(), required: true, "at most a quarter of it and 4 characters, then …"),
    Schema.Field("digest", .string(), required: true, "the first 8 digits of its SHA-256"),
    Schema.Field("entropy", .number(), required: true, "bits per byte"),
  ]
  private static let layered: [Schema.Field] = [
    Schema.Field("layer", .integer(minimum: 1), required: true, "in which layer, from 1, the lowest first"),
    Schema.Field("isRemovedLater", .boolean, required: true, "whether a higher layer takes it away, which hides it"),
  ]

  let descriptor = ProbeDescriptor(
    id: "image-archive", summary: "secrets in all layers, variables and build history of saved images, masked",
    targetKinds: [kind.name], safety: .observe,
    facts: .object([
      Schema.Field("images", .array(.array(.string())), required: true, "the names of each image"),
      Schema.Field("layers", .array(.object(secret + layered)), required: true, "secrets in files of layers"),
      Schema.Field(
        "configuration", .array(.object(secret)), required: true,
        "secrets in variables, labels, commands and build history"),
      Schema.Field(
        "privateFiles",
        .array(.object([Schema.Field("file", .string(), required: true, "its path in the image")] + layered)),
        required: true, "key stores, files of passwords and environment files, by their names"),
      Schema.Field("layersRead", .integer(minimum: 0), required: true, "layers that were read to their end"),
      Schema.Field("filesScanned", .integer(minimum: 0), required: true, "files that were searched"),
      Schema.Field("filesBinary", .integer(minimum: 0), required: true, "files left out since they hold NUL"),
      Schema.Field(
        "filesOfPackages", .integer(minimum: 0), required: true,
        "files left out since they lie where packages put theirs"),
    ]), timeout: 600_000, traffic: "reads a file")

  var targetKinds: [TargetKind] { [Self.kind] }

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    let declared = target.settings["accepted"]?.array?.compactMap(\.string) ?? []
    return await PathVisit.sighting(of: target, context) { path in
      Self.sighting(path, SecretAcceptance(root: PathText.folder(of: path), declared: declared), context)
    }
  }

  private static func sighting(_ path: String, _ acceptance: SecretAcceptance, _ context: ProbeContext) -> Sighting {
    if context.deadline.hasPassed { return .unseen(Unseen(.timeout, "the time was up")) }
    do throws(ImageArchive.Trouble) {
      let archive = try ImageArchive(path)
      let images = try archive.images()
      guard images.contains(where: { !$0.layers.isEmpty }) else {
        return .unseen(Unseen(.malformed, "\(PathText.name(of: path)) holds no image with layers"))
      }
      var scan = ImageScan(acceptance: acceptance, context: context)
      for (number, image) in images.enumerated() { scan.read(image, number: number, of: archive) }
      var facts = scan.facts
      facts["images"] = .array(images.map { JSONValue($0.tags.map { String($0.prefix(200)) }) })
      return .seen(.object(facts), gaps: scan.gaps)
    } catch {
      return .unseen(Unseen(.malformed, "\(PathText.name(of: path)): \(error.reason)"))
    }
  }
}
