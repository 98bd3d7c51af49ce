import AuditModel
import Cryptography

/// Builds paths from a certificate to an anchor and judges them (RFC 5280 section 6.1), as strictly as the web does.
package struct PathVerifier {
  /// The most certificates a path may have, self-issued ones and the anchor included.
  package static let longestPath = 64
  /// The most signatures that are verified for one question.
  static let mostSignatures = 256
  /// The most steps from a certificate to a possible issuer, in each of the two searches.
  static let mostSteps = 4_000
  /// The most whole paths that are judged in each of the two searches.
  static let mostPaths = 64
  /// After how many comparisons of names and constraints no further path is judged.
  static let mostComparisons = 2 * NameSpace.mostComparisons
  /// On how many paths that are rejected anyhow revocation lists are looked up, to tell what they say.
  static let mostLookUps = 8

  /// Answers a question. Pure; ends within bounds whatever the certificates are.
  package static func verdict(on question: PathQuestion) -> PathVerdict {
    var search = PathVerifier(question)
    return search.run()
  }

  private let question: PathQuestion
  /// The leaf, then what is left of the intermediates, then the anchors; none twice.
  private var pool: [Candidate]
  /// The places in the pool by the number of their subject, the leaf left out.
  private let bySubject: [Int: [Int]]
  private let revocation: RevocationCheck?

  private var keys: [Int: PublicKeyVerifier?] = [:]
  private var signatures: [Edge: Bool] = [:]
  private var steps = 0
  private var judged = 0
  private var comparisons = 0
  private var isOutOfBudget = false
  /// The path that came nearest so far, and its reasons.
  private var best: (path: [Int], reasons: [PathReason], isWhole: Bool)?

  private struct Candidate {
    let certificate: X509Certificate
    let isAnchor: Bool
    /// Numbers that are equal where the names are.
    let subject: Int
    let issuer: Int
    /// A number that is equal where the public keys are.
    let key: Int
    let isSelfIssued: Bool
    /// What speaks against it wherever it stands, the time of the question included.
    let complaints: [CertificateProfile.Complaint]
    /// Whether an anchor can be reached from it by names.
    var leadsToAnchor: Bool
  }

  private struct Edge: Hashable {
    let child: Int
    let issuer: Int
  }

  private init(_ question: PathQuestion) {
    self.question = question
    var seen: Set<X509Certificate> = []
    var pool: [Candidate] = []
    var names: [[DistinguishedName.ComparableRelativeName]: Int] = [:]
    var keys: [PublicKey: Int] = [:]
    func number(_ name: DistinguishedName) -> Int {
      let comparable = name.comparable
      let number = names[comparable] ?? names.count
      names[comparable] = number
      return number
    }
    func add(_ certificate: X509Certificate, _ role: CertificateProfile.Role) {
      if role != .leaf, !seen.insert(certificate).inserted { return }
      let subject = number(certificate.subject)
      let issuer = number(certificate.issuer)
      let key = keys[certificate.publicKey] ?? keys.count
      keys[certificate.publicKey] = key
      pool.append(
        Candidate(
          certificate: certificate, isAnchor: role == .anchor, subject: subject, issuer: issuer,
          key: key, isSelfIssued: subject == issuer,
          complaints: CertificateProfile.complaints(about: certificate, as: role, for: question.purpose)
            + Self.validity(certificate, at: question.at),
          leadsToAnchor: role == .anchor))
    }
    add(question.leaf, .leaf)
    for certificate in question.anchors { add(certificate, .anchor) }
    for certificate in question.intermediates { add(certificate, .intermediate) }
    self.pool = pool
    bySubject = Dictionary(grouping: pool.indices.dropFirst()) { pool[$0].subject }
    revocation = question.revocationLists.map { RevocationCheck($0, at: question.at) }
  }

  private static func validity(_ certificate: X509Certificate, at: Instant) -> [CertificateProfile.Complaint] {
    var complaints: [CertificateProfile.Complaint] = []
    if let start = certificate.notBefore.instant, at < start {
      complaints.append(CertificateProfile.Complaint("not-yet-valid", "is not valid before \(start)"))
    }
    if let end = certificate.notAfter.instant, at > end {
      complaints.append(CertificateProfile.Complaint("expired", "expired after \(end)"))
    }
    return complaints
  }

  private mutating func run() -> PathVerdict {
    markReachable()
    // What is wrong with the leaf stays wrong on every path: then there is only the diagnosis to make.
    if pool[0].complaints.isEmpty, let path = search(strictly: true) {
      return PathVerdict(reasons: [], path: path.map { pool[$0].certificate })
    }
    let wasOutOfBudget = isOutOfBudget
    steps = 0
    judged = 0
    isOutOfBudget = false
    if let path = search(strictly: false) {
      // Nothing speaks against it, so the strict search would have found it within its bounds.
      return PathVerdict(reasons: [], path: path.map { pool[$0].certificate })
    }
    var found = best ?? (path: [0], reasons: reasons(at: 0, depth: 0), isWhole: false)
    if wasOutOfBudget {
      found.reasons.append(
        PathReason("search-exhausted", "there are more possible paths than are tried", depth: found.path.count - 1))
    }
    if found.reasons.isEmpty {
      found.reasons.append(PathReason("untrusted", "no path to a trusted root was found", depth: 0))
    }
    return PathVerdict(reasons: found.reasons, path: found.path.map { pool[$0].certificate })
  }

  /// Marks what an anchor can be reached from by names, so that the search does not wander where none is.
  private mutating func markReachable() {
    var byIssuer: [Int: [Int]] = [:]
    for index in pool.indices where !pool[index].isAnchor { byIssuer[pool[index].issuer, default: []].append(index) }
    var waiting = Array(Set(pool.lazy.filter(\.isAnchor).map(\.subject)))
    var seen = Set(waiting)
    while let name = waiting.popLast() {
      for index in byIssuer[name] ?? [] {
        pool[index].leadsToAnchor = true
        if index != 0, seen.insert(pool[index].subject).inserted { waiting.append(pool[index].subject) }
      }
    }
  }

  // MARK: Searching

  /// Goes from the leaf upwards, depth first. Returns the first path that nothing speaks against.
  ///
  /// Strictly means that only what may stand in a good path is stepped on; otherwise everything that might have been
  /// meant is, to find the path that comes nearest.
  private mutating func search(strictly: Bool) -> [Int]? {
    var path = [0]
    var open = [issuers(of: path, strictly: strictly)]
    while let possible = open.last {
      guard let next = possible.first else {
        if !strictly, path.count >= (best?.path.count ?? 0), best?.isWhole != true { noteDeadEnd(path) }
        open.removeLast()
        path.removeLast()
        continue
      }
      open[open.count - 1] = possible.dropFirst()
      steps += 1
      guard steps <= Self.mostSteps, judged < Self.mostPaths, signatures.count < Self.mostSignatures,
        comparisons < Self.mostComparisons
      else {
        isOutOfBudget = true
        return nil
      }
      if strictly, !isSigned(path[path.count - 1], by: next) { continue }
      path.append(next)
      if pool[next].isAnchor {
        judged += 1
        let reasons = judge(path)
        if reasons.isEmpty { return path }
        note(path, reasons)
        path.removeLast()
      } else {
        open.append(issuers(of: path, strictly: strictly))
      }
    }
    return nil
  }

  /// The possible issuers of the last of `path`, the likeliest first.
  private func issuers(of path: [Int], strictly: Bool) -> ArraySlice<Int> {
    guard path.count < Self.longestPath, let last = path.last else { return [] }
    let child = pool[last]
    if strictly {
      let between = path.dropFirst().count { !pool[$0].isSelfIssued }
      guard between <= question.maximumDepth else { return [] }
    }
    let identifier = child.certificate.authorityKeyIdentifier?.keyIdentifier
    let below = path.dropFirst().count { !pool[$0].isSelfIssued }
    func rank(_ candidate: Candidate) -> Int {
      let own = candidate.certificate.subjectKeyIdentifier
      let isUnlikely = identifier != nil && own != nil && identifier != own
      return (candidate.complaints.isEmpty ? 0 : 4) + (isUnlikely ? 2 : 0) + (candidate.isAnchor ? 0 : 1)
    }
    let possible = (bySubject[child.issuer] ?? []).filter { index in
      let candidate = pool[index]
      guard candidate.leadsToAnchor, !isRepeated(index, in: path) else { return false }
      guard strictly else { return true }
      if let limit = candidate.certificate.basicConstraints?.pathLength, limit < below { return false }
      return candidate.complaints.isEmpty
    }
    // Sorting is stable by the place in the pool.
    return possible.map { ($0, rank(pool[$0])) }.sorted { ($0.1, $0.0) < ($1.1, $1.0) }.map(\.0)[...]
  }

  /// Whether the same authority, by name and key, stands in the path already.
  private func isRepeated(_ index: Int, in path: [Int]) -> Bool {
    path.dropFirst().contains { other in
      other == index || (pool[other].subject == pool[index].subject && pool[other].key == pool[index].key)
    }
  }

  private mutating func note(_ path: [Int], _ reasons: [PathReason]) {
    func weight(_ reasons: [PathReason]) -> Int { reasons.reduce(0) { $0 + ($1.id == "signature-invalid" ? 8 : 1) } }
    if let best, best.isWhole, weight(best.reasons) <= weight(reasons) { return }
    best = (path, reasons, true)
  }

  private mutating func noteDeadEnd(_ path: [Int]) {
    var reasons = path.indices.flatMap { self.reasons(at: path[$0], depth: $0) }
    if let last = path.last {
      let certificate = pool[last].certificate
      reasons.append(
        PathReason(
          "untrusted",
          pool[last].isSelfIssued
            ? "\(Self.title(certificate)) is signed by itself and not trusted"
            : "no trusted issuer of \(Self.title(certificate)) is known: \(certificate.issuer.text)",
          depth: path.count - 1))
    }
    if let name = nameReason() { reasons.append(name) }
    best = (path, reasons, false)
  }

  private static func title(_ certificate: X509Certificate) -> String {
    certificate.subject.isEmpty ? "the certificate" : certificate.subject.text
  }

  private func reasons(at index: Int, depth: Int) -> [PathReason] {
    pool[index].complaints.map { reason($0, index, depth) }
  }

  private func reason(_ complaint: CertificateProfile.Complaint, _ index: Int, _ depth: Int) -> PathReason {
    PathReason(complaint.id, "\(Self.title(pool[index].certificate)) \(complaint.message)", depth: depth)
  }

  // MARK: Signatures

  private mutating func key(of index: Int) -> PublicKeyVerifier? {
    if let known = keys[index] { return known }
    let certificate = pool[index].certificate
    // A key that is larger than any in use would buy its owner seconds of our time.
    let isBounded =
      if case .rsa(let modulus, let exponent, _) = certificate.publicKey.material {
        modulus.count <= 2049 && exponent.count <= 9
      } else {
        true
      }
    let made = isBounded ? PublicKeyVerifier(subjectPublicKeyInfo: certificate.publicKey.der) : nil
    keys[index] = .some(made)
    return made
  }

  private mutating func isSigned(_ child: Int, by issuer: Int) -> Bool {
    let edge = Edge(child: child, issuer: issuer)
    if let known = signatures[edge] { return known }
    let certificate = pool[child].certificate
    var isSigned = false
    if certificate.signatureUnusedBits == 0, let key = key(of: issuer) {
      switch certificate.outerAlgorithm.signatureAlgorithm {
      case .known(let scheme), .badParameters(let scheme, _):
        isSigned = key.verifies(certificate.signature, over: certificate.toBeSigned, by: scheme)
      case .unknown: break
      }
    }
    signatures[edge] = isSigned
    return isSigned
  }

  // MARK: Judging

  /// Everything that speaks against a path from the leaf to an anchor.
  private mutating func judge(_ path: [Int]) -> [PathReason] {
    var reasons: [PathReason] = []
    for (depth, index) in path.enumerated() {
      reasons += self.reasons(at: index, depth: depth)
      guard depth + 1 < path.count else { break }
      if case .unknown = pool[index].certificate.outerAlgorithm.signatureAlgorithm { continue }
      if !isSigned(index, by: path[depth + 1]) {
        reasons.append(
          reason(
            CertificateProfile.Complaint("signature-invalid", "is not signed by the key of its issuer"), index, depth))
      }
    }
    reasons += lengthReasons(path) + nameSpaceReasons(path) + policyReasons(path)
    if let name = nameReason() { reasons.append(name) }
    if let revocation, reasons.isEmpty || judged <= Self.mostLookUps {
      for depth in path.indices.dropLast() {
        let issuer = path[depth + 1]
        if let complaint = revocation.complaint(
          about: pool[path[depth]].certificate, issuer: pool[issuer].certificate, key: key(of: issuer),
          isLeaf: depth == 0)
        {
          reasons.append(reason(complaint, path[depth], depth))
        }
      }
    }
    return reasons
  }

  /// RFC 5280 section 6.1.4 (l) and (m); the anchor's own limit counts too.
  private func lengthReasons(_ path: [Int]) -> [PathReason] {
    var left = Int.max
    for depth in path.indices.dropFirst().reversed() {
      let candidate = pool[path[depth]]
      if !candidate.isAnchor, !candidate.isSelfIssued {
        if left == 0 {
          return [
            PathReason(
              "path-length", "more authorities follow than one above allows, from \(Self.title(candidate.certificate))",
              depth: depth)
          ]
        }
        left -= 1
      }
      if let limit = candidate.certificate.basicConstraints?.pathLength { left = min(left, limit) }
    }
    let between = path.dropFirst().dropLast().count { !pool[$0].isSelfIssued }
    guard between > question.maximumDepth else { return [] }
    return [
      PathReason(
        "too-deep", "\(between) authorities lie between, and \(question.maximumDepth) are allowed",
        depth: path.count - 1)
    ]
  }

  private mutating func nameSpaceReasons(_ path: [Int]) -> [PathReason] {
    var space = NameSpace()
    defer { comparisons += space.comparisons }
    for depth in path.indices.reversed() {
      let candidate = pool[path[depth]]
      if !candidate.isAnchor, depth == 0 || !candidate.isSelfIssued,
        let objection = space.objection(to: candidate.certificate)
      {
        return [Self.reason(objection, title: Self.title(candidate.certificate), depth: depth)]
      }
      if depth > 0, let constraints = candidate.certificate.nameConstraints { space.narrow(by: constraints) }
    }
    return []
  }

  private static func reason(_ objection: NameSpace.Objection, title: String, depth: Int) -> PathReason {
    switch objection {
    case .notPermitted(let name):
      PathReason("name-not-permitted", "\(title) has the name \(name), which its issuers may not give", depth: depth)
    case .excluded(let name):
      PathReason("name-excluded", "\(title) has the name \(name), which is excluded above", depth: depth)
    case .unreadable(let name):
      PathReason("name-unreadable", "\(title) has \(name), which no constraint can be held against", depth: depth)
    case .tooMany:
      PathReason("name-constraints-too-many", "there are too many names and constraints to compare", depth: depth)
    }
  }

  private func policyReasons(_ path: [Int]) -> [PathReason] {
    var policies = PolicySet(certificates: path.count - 1)
    for depth in path.indices.dropLast().reversed() {
      let candidate = pool[path[depth]]
      if let why = policies.take(candidate.certificate, isSelfIssued: candidate.isSelfIssued, isLeaf: depth == 0) {
        return [PathReason("policy", "\(Self.title(candidate.certificate)): \(why)", depth: depth)]
      }
    }
    return []
  }

  private func nameReason() -> PathReason? {
    guard let name = question.name else { return nil }
    let isNamed = (question.leaf.subjectAlternativeName ?? []).contains { alternative in
      switch (alternative.kind, name) {
      case (.dns(let text), .dns(let asked)): DNSName(certificate: text.octets)?.matches(asked) ?? false
      case (.ip(let octets), .ip(let asked)): octets == asked
      default: false
      }
    }
    if isNamed { return nil }
    let asked =
      switch name {
      case .dns(let name): name.text
      case .ip(let octets): IPAddress.text(octets) ?? ""
      }
    return PathReason("name-mismatch", "the certificate is not for \(asked)", depth: 0)
  }
}
