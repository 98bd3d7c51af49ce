/// What a run was made from: the files that said what to audit, the commit they are from, and the images they name.
/// Recorded with the run, so that a signature over it speaks of these and of no others.
public struct AuditedSources: Sendable, Hashable, Codable {
  /// A file or a folder as it was read.
  public struct File: Sendable, Hashable, Codable {
    /// How a digest came about.
    public enum Form: String, Sendable, Hashable, Codable {
      /// Of a file's octets.
      case file
      /// Of the names and digests of all files under a folder.
      case folder
    }

    /// Relative to the folder of the sources.
    public var path: String
    /// What it is to the run: `inventory`, `policy`, `check`, `web.trust`.
    public var role: String
    /// How the digest came about.
    public var form: Form
    /// SHA-256, 64 lower-case hexadecimal digits.
    public var sha256: String

    /// A file with its digest.
    public init(path: String, role: String, form: Form, sha256: String) {
      self.path = path
      self.role = role
      self.form = form
      self.sha256 = sha256
    }
  }

  /// Something that no digest speaks for.
  public struct Unbound: Sendable, Hashable, Codable {
    /// A path relative to the folder of the sources, or an image.
    public var name: String
    /// Why, in one line.
    public var reason: String

    /// Something named, with the reason.
    public init(name: String, reason: String) {
      self.name = name
      self.reason = reason
    }
  }

  /// The state of a git work tree.
  public struct Commit: Sendable, Hashable, Codable {
    /// The commit's id, hexadecimal digits.
    public var id: String
    /// Whether files under version control differ from it; nil where that was not found out.
    public var isModified: Bool?

    /// A commit, and whether the files are those of it.
    public init(id: String, isModified: Bool?) {
      self.id = id
      self.isModified = isModified
    }
  }

  /// A container image that is named with its digest.
  public struct Image: Sendable, Hashable, Codable {
    /// The reference before the digest: `registry.example/api:1.4`.
    public var name: String
    /// SHA-256, 64 lower-case hexadecimal digits.
    public var sha256: String

    /// An image by its digest.
    public init(name: String, sha256: String) {
      self.name = name
      self.sha256 = sha256
    }
  }

  /// The absolute folder of the inventory.
  public var folder: String
  /// That folder seen from the run's own, so that both can be moved together.
  public var fromRun: String?
  /// In the order of their paths.
  public var files: [File]
  /// What is named and not bound.
  public var unbound: [Unbound]
  /// The commit; nil where the folder is in no git work tree, or git could not tell.
  public var commit: Commit?
  /// Each once, in the order of their names.
  public var images: [Image]

  /// Sources of a run.
  public init(
    folder: String, fromRun: String? = nil, files: [File] = [], unbound: [Unbound] = [], commit: Commit? = nil,
    images: [Image] = []
  ) {
    self.folder = folder
    self.fromRun = fromRun
    self.files = files
    self.unbound = unbound
    self.commit = commit
    self.images = images
  }
}
