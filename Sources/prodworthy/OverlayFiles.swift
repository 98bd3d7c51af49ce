import AuditModel
import Cryptography
import Definitions
import Engine

/// The files in which people say something about findings.
struct OverlayFiles {
  /// The file of waivers; nil for none.
  var waivers: String?
  /// The file of attestations; nil for none.
  var attestations: String?
  /// The file of findings already known; nil for none.
  var baseline: String?
  /// Whether to judge as if nothing had been accepted.
  var ignoresWaivers = false

  /// What the files say; what is wrong in them goes to `diagnostics`. Throws `Failure` (66, 77) where one cannot be read:
  /// a file that is named is never passed over.
  func load(
    checks: [CheckDefinition], checklist: [ChecklistItem], diagnostics: inout [Diagnostic]
  ) throws(Failure) -> Overlays {
    var overlays = Overlays()
    if let waivers, !ignoresWaivers {
      let loaded = Definitions.waivers(SourceFile(path: waivers, bytes: try Input.bytes(of: waivers)))
      diagnostics += loaded.diagnostics
      overlays.waivers = loaded.value ?? []
    }
    if let attestations {
      let loaded = Definitions.attestations(
        SourceFile(path: attestations, bytes: try Input.bytes(of: attestations)), checks: checks, checklist: checklist,
        digest: Self.digest)
      diagnostics += loaded.diagnostics
      overlays.attestations = loaded.value ?? []
    }
    if let baseline {
      let loaded = Definitions.baseline(SourceFile(path: baseline, bytes: try Input.bytes(of: baseline)))
      diagnostics += loaded.diagnostics
      overlays.baseline = loaded.value
    }
    return overlays
  }

  /// What a kept run was judged with, and in place of it what these files say. Throws `Failure` (65, 66, 77).
  func replacing(_ kept: Overlays, catalogue: Catalogue) throws(Failure) -> Overlays {
    var diagnostics: [Diagnostic] = []
    let loaded = try load(checks: catalogue.checks, checklist: catalogue.checklist, diagnostics: &diagnostics)
    guard diagnostics.isEmpty else { throw Failure(.badData, Workspace.rendered(diagnostics)) }
    var overlays = kept
    if waivers != nil || ignoresWaivers { overlays.waivers = loaded.waivers }
    if attestations != nil { overlays.attestations = loaded.attestations }
    if baseline != nil { overlays.baseline = loaded.baseline }
    return overlays
  }

  /// The SHA-256 of the file at `path`; nil where it cannot be read.
  static func digest(_ path: String) -> String? {
    guard !Input.isFolder(path) else { return nil }
    do throws(Failure) {
      return SHA256.hex(try Input.bytes(of: path))
    } catch {
      return nil
    }
  }
}
