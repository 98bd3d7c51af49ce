package import AuditModel

/// A run folder as verifying needs it: bytes and digests, nothing judged yet.
package struct SignedRun: Sendable {
  /// The files of one sign-off.
  package struct Candidate: Sendable {
    /// The name of the statement's file.
    package var name: String
    /// The statement's bytes.
    package var statement: [UInt8]
    /// The armoured signature; nil where there is none.
    package var signature: [UInt8]?
    /// The DSSE envelopes; nil where there are none.
    package var envelopes: [UInt8]?

    /// A sign-off as its files lie there.
    package init(name: String, statement: [UInt8], signature: [UInt8]?, envelopes: [UInt8]?) {
      self.name = name
      self.statement = statement
      self.signature = signature
      self.envelopes = envelopes
    }
  }

  /// What `report.json` says.
  package var report: AuditReport
  /// Digests of the run's files that are there, of `SignOff.boundFiles`.
  package var files: [Statement.Subject]
  /// What `run.json` says the run was made from; nil where it does not say.
  package var sources: AuditedSources?
  /// In the order of their names.
  package var candidates: [Candidate]

  /// A run folder's content.
  package init(
    report: AuditReport, files: [Statement.Subject], sources: AuditedSources?, candidates: [Candidate]
  ) {
    self.report = report
    self.files = files
    self.sources = sources
    self.candidates = candidates
  }
}

/// What is there now of what was signed.
package struct Surroundings {
  /// A file as it is now.
  package enum FileState: Sendable, Hashable {
    /// 64 lower-case hexadecimal digits.
    case sha256(String)
    /// It is gone.
    case missing
    /// Nobody could look, and why.
    case unseen(String)
  }

  /// The commit of the work tree as it is now.
  package enum CommitState: Sendable, Hashable {
    /// Its id.
    case at(String)
    /// Nobody could tell, and why.
    case unseen(String)
  }

  /// The moment to judge for.
  package var now: Instant
  /// Looks at a file that a valid sign-off names.
  package var file: (AuditedSources.File) -> FileState
  /// Looks at the work tree.
  package var commit: CommitState
  /// Images about to be deployed, by their digests: 64 hexadecimal digits.
  package var images: [String]
  /// The commit about to be deployed; nil where nobody asks.
  package var commitAsked: String?

  /// What is there at `now`.
  package init(
    now: Instant, commit: CommitState, images: [String] = [], commitAsked: String? = nil,
    file: @escaping (AuditedSources.File) -> FileState
  ) {
    self.now = now
    self.commit = commit
    self.images = images
    self.commitAsked = commitAsked
    self.file = file
  }
}
