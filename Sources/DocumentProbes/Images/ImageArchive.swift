import Facts
import Glibc
import Probing

/// The file that `docker save` writes, or an image layout of OCI packed by tar: which members it has, and where.
struct ImageArchive: ~Copyable {
  /// One image of the archive.
  struct Image: Sendable {
    /// Its names.
    var tags: [String]
    /// The member that holds its configuration.
    var configuration: String
    /// The members that hold its layers, the lowest first.
    var layers: [String]
  }

  /// Why it cannot be read.
  struct Trouble: Error { var reason: String }

  private let descriptor: Int32
  private(set) var members: [String: Range<Int>] = [:]

  /// How many members are listed at most.
  private static let mostMembers = 50_000
  /// Larger descriptions are none, in bytes.
  private static let largestDescription = 8 << 20

  init(_ path: String) throws(Trouble) {
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else { throw Trouble(reason: String(cString: strerror(errno))) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw Trouble(reason: "it is no regular file")
    }
    let size = Int(status.st_size)
    var position = 0
    var longName: String?
    while position < size {
      let block = bytes(position..<min(size, position + TarHeader.length))
      let header: TarHeader?
      do throws(TarHeader.Damage) {
        header = try TarHeader(block[...])
      } catch {
        throw Trouble(reason: members.isEmpty ? "it is no tar archive" : "it is damaged: \(error.reason)")
      }
      guard let header else { break }
      let start = position + TarHeader.length
      guard header.size <= size - start else { throw Trouble(reason: "it ends within a member") }
      switch header.kind {
      case .longName, .records:
        let content = bytes(start..<(start + min(header.size, 1 << 16)))
        longName =
          header.kind == .records
          ? TarHeader.path(inRecords: content) ?? longName
          : String(decoding: content.prefix { $0 != 0 }, as: UTF8.self)
      case .file, .other:
        let name = longName ?? header.name
        longName = nil
        guard members.count < Self.mostMembers else { throw Trouble(reason: "it has too many members") }
        if header.kind == .file, !name.hasSuffix("/") {
          members[name.hasPrefix("./") ? String(name.dropFirst(2)) : name] = start..<(start + header.size)
        }
      }
      position = start + header.size + TarHeader.padding(behind: header.size)
    }
    if members.isEmpty { throw Trouble(reason: "it is no tar archive, or an empty one") }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// The images it holds; throws where it says of none.
  func images() throws(Trouble) -> [Image] {
    if members["manifest.json"] != nil {
      guard let entries = try description("manifest.json").array else {
        throw Trouble(reason: "manifest.json lists no images")
      }
      return entries.map { entry in
        Image(
          tags: entry["RepoTags"]?.array?.compactMap(\.string) ?? [], configuration: entry["Config"]?.string ?? "",
          layers: entry["Layers"]?.array?.compactMap(\.string) ?? [])
      }
    }
    guard members["index.json"] != nil else {
      throw Trouble(reason: "it holds no image: neither manifest.json nor index.json")
    }
    return try images(inIndex: try description("index.json"), depth: 0)
  }

  private func images(inIndex index: JSONValue, depth: Int) throws(Trouble) -> [Image] {
    var images: [Image] = []
    for entry in index["manifests"]?.array ?? [] {
      guard depth < 4, let path = Self.path(ofBlob: entry) else { continue }
      let manifest = try description(path)
      let name = entry["annotations"]?["org.opencontainers.image.ref.name"]?.string
      if manifest["manifests"] != nil {
        images += try self.images(inIndex: manifest, depth: depth + 1)
      } else if let configuration = Self.path(ofBlob: manifest["config"] ?? .null) {
        images.append(
          Image(
            tags: name.map { [$0] } ?? [], configuration: configuration,
            layers: (manifest["layers"]?.array ?? []).map { Self.path(ofBlob: $0) ?? "" }))
      }
    }
    return images
  }

  private static func path(ofBlob descriptor: JSONValue) -> String? {
    descriptor["digest"]?.string.map { "blobs/" + $0.replacing(":", with: "/") }
  }

  /// A member as JSON.
  func description(_ name: String) throws(Trouble) -> JSONValue {
    guard let range = members[name] else { throw Trouble(reason: "\(name) is missing") }
    guard range.count <= Self.largestDescription else { throw Trouble(reason: "\(name) is too large") }
    do throws(JSONText.SyntaxError) {
      return try JSONText.parse(bytes(range))
    } catch {
      throw Trouble(reason: "\(name) is no JSON: \(error.message)")
    }
  }

  /// Hands on a member piece by piece, until `body` says no.
  func read(_ range: Range<Int>, _ body: (UnsafeRawBufferPointer) -> Bool) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
    defer { buffer.deallocate() }
    var position = range.lowerBound
    while position < range.upperBound {
      let count = pread(descriptor, buffer.baseAddress, min(buffer.count, range.upperBound - position), off_t(position))
      if count < 0, errno == EINTR { continue }
      guard count > 0, body(UnsafeRawBufferPointer(rebasing: buffer[0..<count])) else { return }
      position += count
    }
  }

  private borrowing func bytes(_ range: Range<Int>) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(range.count)
    read(range) {
      bytes += $0
      return true
    }
    return bytes
  }
}
