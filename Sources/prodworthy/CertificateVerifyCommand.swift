import ArgumentParser
import AuditModel
import Certificates
import Facts

/// `prodworthy certificate verify`.
struct CertificateVerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Verify a certificate chain as strictly as the web does.",
    discussion: """
      The path is built and judged by RFC 5280 and the Baseline Requirements of the CA/Browser Forum. Ends with 0 where
      the leaf is believed, 1 where it is not, 65 where a file is not PEM.

      EXAMPLE:
        prodworthy certificate verify --trust roots.pem --chain chain.pem --name api.example.com
      """)

  @Option(help: "A PEM file with the certificates that are believed.", completion: .file())
  var trust: String

  @Option(help: "A PEM file with the leaf first, then intermediates in any order.", completion: .file())
  var chain: String

  @Option(help: "The host name or address that the leaf has to be for. Left out: names are not checked.")
  var name: String?

  @Option(help: "The time to verify for (RFC 3339). Left out: now.")
  var at: String?

  @Option(help: "What the leaf is for: \(PathQuestion.Purpose.allCases.map(\.rawValue).joined(separator: ", ")).")
  var purpose: PathQuestion.Purpose = .server

  @Option(help: "A PEM file with revocation lists; one of them has to cover the leaf.", completion: .file())
  var crl: String?

  @Option(name: .customLong("max-depth"), help: "The most intermediates that are not self-issued.")
  var maximumDepth: Int = PathQuestion.usualDepth

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    guard maximumDepth >= 0 else { throw ValidationError("--max-depth has to be 0 or more") }
  }

  func run() throws {
    var reference: ReferenceName?
    if let name {
      guard let read = ReferenceName(name) else {
        throw Failure(.usage, "\(name) is neither a host name nor an address")
      }
      reference = read
    }
    var time = Instant.current()
    if let at {
      guard let read = Instant(at) else { throw Failure(.usage, "\(at) is no RFC 3339 time") }
      time = read
    }
    let bundles = try Bundles(trust: trust, chain: chain, crl: crl)
    for note in bundles.notes { Output.note("prodworthy: \(note)\n") }
    let verdict = bundles.verdict(name: reference, at: time, purpose: purpose, maximumDepth: maximumDepth)
    try Output.print(json ? Output.line(of: Self.document(verdict)) + "\n" : Self.text(verdict))
    if !verdict.isAccepted { throw ExitStatus.failed }
  }

  private static func document(_ verdict: PathVerdict) -> JSONValue {
    [
      "verdict": .string(verdict.isAccepted ? "accept" : "reject"),
      "reasons": .array(
        verdict.reasons.map { ["id": .string($0.id), "message": .string($0.message), "depth": JSONValue($0.depth)] }),
      "path": .array(verdict.path.map { .string($0.subject.text) }),
    ]
  }

  private static func text(_ verdict: PathVerdict) -> String {
    var text = verdict.isAccepted ? "accepted\n" : "rejected\n"
    for reason in verdict.reasons { text += "  \(reason.id): \(reason.message)\n" }
    if !verdict.path.isEmpty { text += "path\n" }
    for (depth, certificate) in verdict.path.enumerated() { text += "  \(depth)  \(certificate.subject.text)\n" }
    return text
  }
}

extension PathQuestion.Purpose: ExpressibleByArgument {}

/// The files of one question, read.
private struct Bundles {
  var anchors: [X509Certificate] = []
  var intermediates: [X509Certificate] = []
  /// Nil where the first certificate of the chain cannot be read.
  var leaf: X509Certificate?
  /// Nil where none were asked for.
  var lists: [X509CRL]?
  /// What makes the answer a rejection before any path is looked for.
  var reasons: [PathReason] = []
  /// What was left aside, for people.
  var notes: [String] = []

  /// Reads the files. A file that is not PEM, or has nothing of its kind, is bad data (65). A block that is PEM and whose
  /// inside is no certificate was presented as one all the same: it is not believed, and the answer is a rejection
  /// where it is the leaf, a revocation list, or the last of the roots.
  init(trust: String, chain: String, crl: String?) throws(Failure) {
    for (block, problem, certificate) in try Self.certificates(in: trust) {
      if let certificate {
        anchors.append(certificate)
      } else {
        notes.append("\(trust):\(block.line): left aside: \(problem)")
        if reasons.isEmpty {
          reasons = [PathReason("certificate-malformed", "a root is malformed: \(problem)", depth: 0)]
        }
      }
    }
    if !anchors.isEmpty { reasons = [] }
    for (index, (block, problem, certificate)) in try Self.certificates(in: chain).enumerated() {
      if let certificate {
        if index == 0 { leaf = certificate } else { intermediates.append(certificate) }
      } else if index == 0 {
        reasons.append(PathReason("certificate-malformed", "the leaf is malformed: \(problem)", depth: 0))
      } else {
        notes.append("\(chain):\(block.line): left aside: \(problem)")
      }
    }
    guard let crl else { return }
    var read: [X509CRL] = []
    for block in try Self.blocks(in: crl, "X509 CRL", where: \.isRevocationList) {
      do throws(DERFailure) {
        read.append(try X509CRL(der: block.octets))
      } catch {
        reasons.append(
          PathReason(
            "crl-malformed", "the revocation list of line \(block.line) is malformed: \(error.sentence)", depth: 0))
      }
    }
    lists = read
  }

  private static func certificates(
    in path: String
  ) throws(Failure) -> [(block: PEM.Block, problem: String, certificate: X509Certificate?)] {
    var certificates: [(block: PEM.Block, problem: String, certificate: X509Certificate?)] = []
    for block in try blocks(in: path, "CERTIFICATE", where: \.isCertificate) {
      do throws(DERFailure) {
        certificates.append((block, "", try X509Certificate(der: block.octets)))
      } catch {
        certificates.append((block, error.sentence, nil))
      }
    }
    return certificates
  }

  private static func blocks(
    in path: String, _ label: String, where isWanted: (PEM.Block) -> Bool
  ) throws(Failure) -> [PEM.Block] {
    let (blocks, problems) = PEM.read(try Input.bytes(of: path))
    if let problem = problems.first { throw Failure(.badData, "\(path):\(problem.line): \(problem.message)") }
    let wanted = blocks.filter(isWanted)
    if wanted.isEmpty { throw Failure(.badData, "\(path): no PEM block \(label)") }
    return wanted
  }

  func verdict(
    name: ReferenceName?, at: Instant, purpose: PathQuestion.Purpose, maximumDepth: Int
  ) -> PathVerdict {
    guard reasons.isEmpty, let leaf else { return PathVerdict(reasons: reasons, path: leaf.map { [$0] } ?? []) }
    return PathVerifier.verdict(
      on: PathQuestion(
        leaf: leaf, intermediates: intermediates, anchors: anchors, name: name, at: at, purpose: purpose,
        revocationLists: lists, maximumDepth: maximumDepth))
  }
}
